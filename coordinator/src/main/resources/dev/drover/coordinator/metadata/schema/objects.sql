-- What users have made on a datanode, as a temporary table that the other files of this folder read:
-- one row for each object that has a statement of its own. Not what belongs to an extension, to
-- Drover, or to another object; leaves are Drover's.

CREATE TEMPORARY TABLE drover_object ON COMMIT DROP AS
WITH space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^(drover$|drover\$|pg_toast|pg_temp)'
), object AS (
  SELECT 'pg_namespace'::regclass AS classid, oid AS objid FROM space WHERE nspname <> 'public'
  UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE oid >= 16384
  UNION ALL SELECT 'pg_collation'::regclass, c.oid FROM pg_collation c JOIN space s
    ON s.oid = c.collnamespace
  UNION ALL SELECT 'pg_conversion'::regclass, c.oid FROM pg_conversion c JOIN space s
    ON s.oid = c.connamespace
  UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
  UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
  UNION ALL SELECT 'pg_user_mapping'::regclass, oid FROM pg_user_mapping
  UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE coalesce(c.relkind, 'c') = 'c' AND t.typtype <> 'm'
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
      AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL SELECT 'pg_cast'::regclass, c.oid FROM pg_cast c
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass
      AND d.objid = c.oid AND d.deptype = 'i')
  UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
  UNION ALL SELECT 'pg_operator'::regclass, o.oid FROM pg_operator o JOIN space s
    ON s.oid = o.oprnamespace WHERE o.oprcode <> 0
  UNION ALL SELECT 'pg_opfamily'::regclass, f.oid FROM pg_opfamily f JOIN space s
    ON s.oid = f.opfnamespace
  UNION ALL SELECT 'pg_opclass'::regclass, c.oid FROM pg_opclass c JOIN space s
    ON s.oid = c.opcnamespace
  UNION ALL SELECT 'pg_amop'::regclass, a.oid FROM pg_amop a
    JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN space s ON s.oid = f.opfnamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d
      WHERE (d.classid = 'pg_amop'::regclass AND d.objid = a.oid
          AND d.refclassid = 'pg_opclass'::regclass)
        OR (d.classid = 'pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e'))
  UNION ALL SELECT 'pg_amproc'::regclass, a.oid FROM pg_amproc a
    JOIN pg_opfamily f ON f.oid = a.amprocfamily JOIN space s ON s.oid = f.opfnamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d
      WHERE (d.classid = 'pg_amproc'::regclass AND d.objid = a.oid
          AND d.refclassid = 'pg_opclass'::regclass)
        OR (d.classid = 'pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e'))
  UNION ALL SELECT 'pg_ts_parser'::regclass, p.oid FROM pg_ts_parser p JOIN space s
    ON s.oid = p.prsnamespace
  UNION ALL SELECT 'pg_ts_template'::regclass, t.oid FROM pg_ts_template t JOIN space s
    ON s.oid = t.tmplnamespace
  UNION ALL SELECT 'pg_ts_dict'::regclass, d.oid FROM pg_ts_dict d JOIN space s
    ON s.oid = d.dictnamespace
  UNION ALL SELECT 'pg_ts_config'::regclass, c.oid FROM pg_ts_config c JOIN space s
    ON s.oid = c.cfgnamespace
  UNION ALL SELECT 'pg_class'::regclass, c.oid FROM pg_class c JOIN space s
    ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  UNION ALL SELECT 'pg_class'::regclass, c.oid FROM pg_class c JOIN space s
    ON s.oid = c.relnamespace WHERE c.relkind IN ('i', 'I')
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid
        AND k.contype IN ('p', 'u', 'x'))
  UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d
    JOIN pg_class c ON c.oid = d.adrelid JOIN space s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE a.attgenerated = ''
  UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k
    JOIN space s ON s.oid = k.connamespace
    WHERE k.conparentid = 0 AND (k.contype <> 'n' OR NOT k.convalidated)
  UNION ALL SELECT 'pg_statistic_ext'::regclass, x.oid FROM pg_statistic_ext x JOIN space s
    ON s.oid = x.stxnamespace
  UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN space s ON s.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgname <> 'drover_guard'
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r
    JOIN pg_class c ON c.oid = r.ev_class JOIN space s ON s.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN'
  UNION ALL SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p
    JOIN pg_class c ON c.oid = p.polrelid JOIN space s ON s.oid = c.relnamespace
  UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
)
SELECT o.classid, o.objid, i.type, i.identity FROM object o,
  pg_identify_object(o.classid, o.objid, 0) i
WHERE o.objid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid
    AND d.deptype = 'e');

ANALYZE drover_object
