-- Statements that make functions, procedures, aggregates, operators, casts and what foreign data
-- needs, in the columns of types.sql.

WITH object AS (SELECT classid, objid FROM drover_object)
SELECT o.classid::oid, o.objid, 1 AS step, '' AS role, pg_get_functiondef(p.oid) AS statement
FROM object o JOIN pg_proc p ON p.oid = o.objid
WHERE o.classid = 'pg_proc'::regclass AND p.prokind <> 'a'

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure,
  pg_get_userbyid(p.proowner))
FROM object o JOIN pg_proc p ON p.oid = o.objid
WHERE o.classid = 'pg_proc'::regclass AND p.prokind <> 'a'

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', format('CREATE AGGREGATE %I.%I (%s) (%s)', n.nspname,
  p.proname, CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
  concat_ws(', ',
    'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL),
    'SSPACE = ' || nullif(a.aggtransspace, 0),
    CASE WHEN a.aggfinalfn <> 0 THEN 'FINALFUNC = ' || a.aggfinalfn END,
    CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
    CASE WHEN a.aggfinalfn <> 0 THEN 'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify
      WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
    CASE WHEN a.aggcombinefn <> 0 THEN 'COMBINEFUNC = ' || a.aggcombinefn END,
    CASE WHEN a.aggserialfn <> 0 THEN 'SERIALFUNC = ' || a.aggserialfn END,
    CASE WHEN a.aggdeserialfn <> 0 THEN 'DESERIALFUNC = ' || a.aggdeserialfn END,
    'INITCOND = ' || quote_literal(a.agginitval),
    CASE WHEN a.aggmtransfn <> 0 THEN 'MSFUNC = ' || a.aggmtransfn END,
    CASE WHEN a.aggminvtransfn <> 0 THEN 'MINVFUNC = ' || a.aggminvtransfn END,
    CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,
    'MSSPACE = ' || nullif(a.aggmtransspace, 0),
    CASE WHEN a.aggmfinalfn <> 0 THEN 'MFINALFUNC = ' || a.aggmfinalfn END,
    CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
    CASE WHEN a.aggmfinalfn <> 0 THEN 'MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify
      WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
    'MINITCOND = ' || quote_literal(a.aggminitval),
    (SELECT format('SORTOP = OPERATOR(%I.%s)', m.nspname, x.oprname)
      FROM pg_operator x JOIN pg_namespace m ON m.oid = x.oprnamespace WHERE x.oid = a.aggsortop),
    CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END,
    'PARALLEL = ' || CASE p.proparallel
      WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END))
FROM object o JOIN pg_proc p ON p.oid = o.objid JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE o.classid = 'pg_proc'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER AGGREGATE %I.%I (%s) OWNER TO %I', n.nspname,
  p.proname, CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END,
  pg_get_userbyid(p.proowner))
FROM object o JOIN pg_proc p ON p.oid = o.objid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE o.classid = 'pg_proc'::regclass AND p.prokind = 'a'

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', format('CREATE CAST (%s AS %s) %s%s',
  format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
  CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
    WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
  CASE c.castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' ELSE '' END)
FROM object o JOIN pg_cast c ON c.oid = o.objid WHERE o.classid = 'pg_cast'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', format('CREATE OPERATOR %I.%s (%s)', n.nspname, x.oprname,
  concat_ws(', ', 'FUNCTION = ' || x.oprcode,
    CASE WHEN x.oprleft <> 0 THEN 'LEFTARG = ' || format_type(x.oprleft, NULL) END,
    CASE WHEN x.oprright <> 0 THEN 'RIGHTARG = ' || format_type(x.oprright, NULL) END,
    (SELECT format('COMMUTATOR = OPERATOR(%I.%s)', m.nspname, y.oprname)
      FROM pg_operator y JOIN pg_namespace m ON m.oid = y.oprnamespace WHERE y.oid = x.oprcom),
    (SELECT format('NEGATOR = OPERATOR(%I.%s)', m.nspname, y.oprname)
      FROM pg_operator y JOIN pg_namespace m ON m.oid = y.oprnamespace WHERE y.oid = x.oprnegate),
    CASE WHEN x.oprrest <> 0 THEN 'RESTRICT = ' || x.oprrest END,
    CASE WHEN x.oprjoin <> 0 THEN 'JOIN = ' || x.oprjoin END,
    CASE WHEN x.oprcanhash THEN 'HASHES' END, CASE WHEN x.oprcanmerge THEN 'MERGES' END))
FROM object o JOIN pg_operator x ON x.oid = o.objid JOIN pg_namespace n ON n.oid = x.oprnamespace
WHERE o.classid = 'pg_operator'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER OPERATOR %I.%s (%s, %s) OWNER TO %I',
  n.nspname, x.oprname,
  CASE x.oprleft WHEN 0 THEN 'NONE' ELSE format_type(x.oprleft, NULL) END,
  CASE x.oprright WHEN 0 THEN 'NONE' ELSE format_type(x.oprright, NULL) END,
  pg_get_userbyid(x.oprowner))
FROM object o JOIN pg_operator x ON x.oid = o.objid JOIN pg_namespace n ON n.oid = x.oprnamespace
WHERE o.classid = 'pg_operator'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_opfamily f ON f.oid = o.objid JOIN pg_namespace n ON n.oid = f.opfnamespace
  JOIN pg_am m ON m.oid = f.opfmethod,
  LATERAL (VALUES
    (1, format('CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, m.amname)),
    (2, format('ALTER OPERATOR FAMILY %I.%I USING %I OWNER TO %I', n.nspname, f.opfname, m.amname,
      pg_get_userbyid(f.opfowner)))) s(step, statement)
WHERE o.classid = 'pg_opfamily'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_opclass c ON c.oid = o.objid JOIN pg_namespace n ON n.oid = c.opcnamespace
  JOIN pg_am m ON m.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily
  JOIN pg_namespace g ON g.oid = f.opfnamespace,
  LATERAL (VALUES
    (1, format('CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s',
      n.nspname, c.opcname, CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END,
      format_type(c.opcintype, NULL), m.amname, g.nspname, f.opfname, concat_ws(', ',
        coalesce('STORAGE ' || CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END,
          'STORAGE ' || format_type(c.opcintype, NULL)),
        (SELECT string_agg(format('OPERATOR %s %s%s', a.amopstrategy, a.amopopr::regoperator,
            CASE WHEN a.amopsortfamily <> 0 THEN (
              SELECT format(' FOR ORDER BY %I.%I', h.nspname, i.opfname)
              FROM pg_opfamily i JOIN pg_namespace h ON h.oid = i.opfnamespace
              WHERE i.oid = a.amopsortfamily) ELSE '' END), ', ' ORDER BY a.amopstrategy)
          FROM pg_depend d JOIN pg_amop a ON a.oid = d.objid
          WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opclass'::regclass
            AND d.refobjid = c.oid),
        (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', a.amprocnum,
            format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL),
            a.amproc::regprocedure), ', ' ORDER BY a.amprocnum)
          FROM pg_depend d JOIN pg_amproc a ON a.oid = d.objid
          WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opclass'::regclass
            AND d.refobjid = c.oid)))),
    (2, format('ALTER OPERATOR CLASS %I.%I USING %I OWNER TO %I', n.nspname, c.opcname, m.amname,
      pg_get_userbyid(c.opcowner)))) s(step, statement)
WHERE o.classid = 'pg_opclass'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '',
  format('ALTER OPERATOR FAMILY %I.%I USING %I ADD OPERATOR %s %s', n.nspname, f.opfname, m.amname,
    a.amopstrategy, a.amopopr::regoperator)
FROM object o JOIN pg_amop a ON a.oid = o.objid JOIN pg_opfamily f ON f.oid = a.amopfamily
  JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
WHERE o.classid = 'pg_amop'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '',
  format('ALTER OPERATOR FAMILY %I.%I USING %I ADD FUNCTION %s (%s, %s) %s', n.nspname, f.opfname,
    m.amname, a.amprocnum, format_type(a.amproclefttype, NULL),
    format_type(a.amprocrighttype, NULL), a.amproc::regprocedure)
FROM object o JOIN pg_amproc a ON a.oid = o.objid JOIN pg_opfamily f ON f.oid = a.amprocfamily
  JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
WHERE o.classid = 'pg_amproc'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_foreign_data_wrapper w ON w.oid = o.objid,
  LATERAL (VALUES
    (1, concat_ws(' ', format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname),
      CASE WHEN w.fdwhandler <> 0 THEN 'HANDLER ' || w.fdwhandler::regproc END,
      CASE WHEN w.fdwvalidator <> 0 THEN 'VALIDATOR ' || w.fdwvalidator::regproc END,
      (SELECT 'OPTIONS (' || string_agg(format('%I %L', x.option_name, x.option_value), ', ') || ')'
        FROM pg_options_to_table(w.fdwoptions) x))),
    (2, format('ALTER FOREIGN DATA WRAPPER %I OWNER TO %I', w.fdwname,
      pg_get_userbyid(w.fdwowner)))) s(step, statement)
WHERE o.classid = 'pg_foreign_data_wrapper'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_foreign_server w ON w.oid = o.objid
  JOIN pg_foreign_data_wrapper f ON f.oid = w.srvfdw,
  LATERAL (VALUES
    (1, concat_ws(' ', format('CREATE SERVER %I', w.srvname), 'TYPE ' || quote_literal(w.srvtype),
      'VERSION ' || quote_literal(w.srvversion), format('FOREIGN DATA WRAPPER %I', f.fdwname),
      (SELECT 'OPTIONS (' || string_agg(format('%I %L', x.option_name, x.option_value), ', ') || ')'
        FROM pg_options_to_table(w.srvoptions) x))),
    (2, format('ALTER SERVER %I OWNER TO %I', w.srvname, pg_get_userbyid(w.srvowner))))
    s(step, statement)
WHERE o.classid = 'pg_foreign_server'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', concat_ws(' ', format('CREATE USER MAPPING FOR %s SERVER %I',
    CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.umuser)) END, w.srvname),
  (SELECT 'OPTIONS (' || string_agg(format('%I %L', x.option_name, x.option_value), ', ') || ')'
    FROM pg_options_to_table(u.umoptions) x))
FROM object o JOIN pg_user_mapping u ON u.oid = o.objid JOIN pg_foreign_server w ON w.oid = u.umserver
WHERE o.classid = 'pg_user_mapping'::regclass
