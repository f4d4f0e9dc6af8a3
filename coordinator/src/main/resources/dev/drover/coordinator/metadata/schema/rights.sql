-- What follows when all objects are there: owners and rights, default privileges, settings of the
-- database; in the order to run them: role, text. Rights are given by whoever gave them.

WITH space AS (
  SELECT oid FROM pg_namespace WHERE nspname !~ '^(drover$|drover\$|pg_toast|pg_temp)'
), target AS (
  SELECT 'SCHEMA ' || quote_ident(n.nspname) AS name, '' AS columns, n.nspowner AS owner,
    coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl, NULL::aclitem[] AS initial, n.oid
  FROM pg_namespace n JOIN space s ON s.oid = n.oid
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  UNION ALL
  SELECT 'TABLE ' || c.oid::regclass, '', c.relowner, c.relacl, i.initprivs, c.oid
  FROM pg_class c JOIN space s ON s.oid = c.relnamespace LEFT JOIN pg_init_privs i
    ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = 0
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT 'TABLE ' || c.oid::regclass, ' (' || quote_ident(a.attname) || ')', c.relowner, a.attacl,
    i.initprivs, c.oid
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN space s ON s.oid = c.relnamespace
    LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass
      AND i.objsubid = a.attnum
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT a.attisdropped
  UNION ALL
  SELECT 'ROUTINE ' || p.oid::regprocedure, '', p.proowner, p.proacl, i.initprivs, p.oid
  FROM pg_proc p JOIN space s ON s.oid = p.pronamespace LEFT JOIN pg_init_privs i
    ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass
  UNION ALL
  SELECT 'TYPE ' || t.oid::regtype, '', t.typowner, t.typacl, i.initprivs, t.oid
  FROM pg_type t JOIN space s ON s.oid = t.typnamespace LEFT JOIN pg_init_privs i
    ON i.objoid = t.oid AND i.classoid = 'pg_type'::regclass
  UNION ALL
  SELECT 'LANGUAGE ' || quote_ident(l.lanname), '', l.lanowner, l.lanacl, i.initprivs, l.oid
  FROM pg_language l LEFT JOIN pg_init_privs i
    ON i.objoid = l.oid AND i.classoid = 'pg_language'::regclass
  UNION ALL
  SELECT 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname), '', w.fdwowner, w.fdwacl, NULL, w.oid
  FROM pg_foreign_data_wrapper w
  UNION ALL
  SELECT 'FOREIGN SERVER ' || quote_ident(w.srvname), '', w.srvowner, w.srvacl, NULL, w.oid
  FROM pg_foreign_server w
  UNION ALL
  SELECT 'DATABASE ' || quote_ident(d.datname), '', d.datdba,
    coalesce(d.datacl, acldefault('d', d.datdba)), NULL, d.oid
  FROM pg_database d WHERE d.datname = current_database()
), changed AS (
  SELECT * FROM target WHERE acl IS NOT NULL AND acl IS DISTINCT FROM initial
), statement AS (
  SELECT 1 AS stage, n.oid, 0 AS step, '' AS role,
    format('ALTER SCHEMA %I OWNER TO %I', n.nspname, pg_get_userbyid(n.nspowner)) AS text
  FROM pg_namespace n JOIN space s ON s.oid = n.oid
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  UNION ALL
  SELECT 2, c.oid, 0, '', format('REVOKE ALL%s ON %s FROM PUBLIC, %I', c.columns, c.name,
    pg_get_userbyid(c.owner))
  FROM changed c
  UNION ALL
  SELECT 3, c.oid, (x.number + CASE WHEN x.grantor = c.owner THEN 0 ELSE 100000 END)::integer,
    CASE WHEN x.grantor = c.owner THEN '' ELSE pg_get_userbyid(x.grantor) END,
    format('GRANT %s%s ON %s TO %s%s', x.privilege_type, c.columns, c.name,
      CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
      CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM changed c,
    aclexplode(c.acl) WITH ORDINALITY x(grantor, grantee, privilege_type, is_grantable, number)
  UNION ALL
  SELECT 4, d.oid, s.step, '', s.text
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
    LATERAL (
      SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s', pg_get_userbyid(d.defaclrole),
          ' IN SCHEMA ' || quote_ident(n.nspname)) AS head,
        CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
          WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
          ELSE 'LARGE OBJECTS' END AS kind) h,
    LATERAL (
      SELECT 0, format('%s REVOKE ALL ON %s FROM PUBLIC, %I', h.head, h.kind,
        pg_get_userbyid(d.defaclrole))
      UNION ALL
      SELECT x.number::integer, format('%s GRANT %s ON %s TO %s%s', h.head, x.privilege_type, h.kind,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
        CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM aclexplode(d.defaclacl)
        WITH ORDINALITY x(grantor, grantee, privilege_type, is_grantable, number)) s(step, text)
  UNION ALL
  SELECT 5, 0, s.number::integer, '',
    format('ALTER %s SET %s TO %s',
      CASE d.setrole WHEN 0 THEN format('DATABASE %I', current_database())
        ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(d.setrole), current_database()) END,
      split_part(s.setting, '=', 1),
      CASE WHEN lower(split_part(s.setting, '=', 1)) IN ('search_path',
          'local_preload_libraries', 'session_preload_libraries', 'temp_tablespaces')
        THEN coalesce(nullif(substr(s.setting, strpos(s.setting, '=') + 1), ''), '''''')
        ELSE quote_literal(substr(s.setting, strpos(s.setting, '=') + 1)) END)
  FROM pg_db_role_setting d JOIN pg_database b ON b.oid = d.setdatabase,
    unnest(d.setconfig) WITH ORDINALITY s(setting, number)
  WHERE b.datname = current_database() AND pg_get_userbyid(d.setrole) <> 'drover'
)
SELECT role, text FROM statement ORDER BY stage, oid, step, text
