WITH own AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^(drover|pg_|information_schema)'
)
SELECT 'schema ' || nspname || ' ' || pg_get_userbyid(n.nspowner) || coalesce(n.nspacl::text, '')
FROM pg_namespace n WHERE nspname !~ '^(drover|pg_toast|pg_temp)'
UNION ALL
SELECT format('table %s.%s %s %s', nspname, relname, relacl,
  (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum)
   FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
FROM pg_class c JOIN own ON own.oid = relnamespace WHERE relkind IN ('r', 'p')
UNION ALL
SELECT format('view %s.%s %s', nspname, relname, pg_get_viewdef(c.oid))
FROM pg_class c JOIN own ON own.oid = relnamespace WHERE relkind = 'v'
UNION ALL
SELECT format('index %s.%s', nspname, relname)
FROM pg_class c JOIN own ON own.oid = relnamespace WHERE relkind IN ('i', 'I')
UNION ALL
SELECT format('routine %s.%s(%s) %s %s %s', nspname, proname,
  pg_get_function_identity_arguments(p.oid), prokind, procost, proacl)
FROM pg_proc p JOIN own ON own.oid = pronamespace
UNION ALL
SELECT format('type %s.%s %s %s %s', nspname, typname, typtype, typnotnull,
  (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type t JOIN own ON own.oid = typnamespace WHERE typtype IN ('e', 'd', 'r', 'm')
UNION ALL
SELECT format('operator %s.%s %s', nspname, oprname, oprcode) FROM pg_operator
  JOIN own ON own.oid = oprnamespace
UNION ALL
SELECT format('operator class %s.%s', nspname, opcname) FROM pg_opclass
  JOIN own ON own.oid = opcnamespace
UNION ALL
SELECT format('operator family %s.%s', nspname, opfname) FROM pg_opfamily
  JOIN own ON own.oid = opfnamespace
UNION ALL
SELECT format('cast %s %s', castsource::regtype, casttarget::regtype) FROM pg_cast WHERE oid >= 16384
UNION ALL
SELECT format('collation %s.%s', nspname, collname) FROM pg_collation
  JOIN own ON own.oid = collnamespace
UNION ALL
SELECT format('conversion %s.%s', nspname, conname) FROM pg_conversion
  JOIN own ON own.oid = connamespace
UNION ALL
SELECT format('statistics %s.%s', nspname, stxname) FROM pg_statistic_ext
  JOIN own ON own.oid = stxnamespace
UNION ALL
SELECT format('configuration %s.%s', nspname, cfgname) FROM pg_ts_config
  JOIN own ON own.oid = cfgnamespace
UNION ALL
SELECT format('dictionary %s.%s', nspname, dictname) FROM pg_ts_dict
  JOIN own ON own.oid = dictnamespace
UNION ALL
SELECT format('parser %s.%s', nspname, prsname) FROM pg_ts_parser
  JOIN own ON own.oid = prsnamespace
UNION ALL
SELECT format('template %s.%s', nspname, tmplname) FROM pg_ts_template
  JOIN own ON own.oid = tmplnamespace
UNION ALL
SELECT 'language ' || lanname FROM pg_language
UNION ALL
SELECT 'access method ' || amname FROM pg_am
UNION ALL
SELECT 'transform ' || trftype::regtype || trflang FROM pg_transform
UNION ALL
SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension
UNION ALL
SELECT format('role %s %s %s %s', rolname, rolsuper, rolcanlogin, rolconnlimit) FROM pg_roles
UNION ALL
SELECT format('member %s %s', roleid::regrole, member::regrole) FROM pg_auth_members
UNION ALL
SELECT format('settings %s %s', setrole::regrole, setconfig) FROM pg_db_role_setting
  WHERE setrole <> 0
UNION ALL
SELECT format('default privileges %s %s', defaclobjtype, defaclacl) FROM pg_default_acl
UNION ALL
SELECT 'wrapper ' || fdwname FROM pg_foreign_data_wrapper
UNION ALL
SELECT format('server %s %s', srvname, srvversion) FROM pg_foreign_server
UNION ALL
SELECT format('mapping %s %s %s', srvname, usename, umoptions) FROM pg_user_mappings
