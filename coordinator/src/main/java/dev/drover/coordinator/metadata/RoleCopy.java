package dev.drover.coordinator.metadata;

import dev.drover.planner.ddl.SqlQuote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives a new datanode the roles of the catalog node, with their verifiers, memberships and
 * settings.
 */
final class RoleCopy {
  /** Name, the rest of ALTER ROLE name. */
  private static final String ROLES =
      """
      SELECT rolname, concat_ws(' ', 'WITH',
        CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END,
        CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
        CASE WHEN rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
        CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
        CASE WHEN rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
        CASE WHEN rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
        'CONNECTION LIMIT', rolconnlimit,
        'PASSWORD ' || quote_nullable(rolpassword),
        'VALID UNTIL ' || quote_literal(coalesce(rolvaliduntil, 'infinity')))
      FROM pg_authid WHERE rolname <> 'drover' AND rolname NOT LIKE 'pg\\_%' ORDER BY oid\
      """;

  private static final String MEMBERSHIPS =
      """
      SELECT format('GRANT %I TO %I%s', g.rolname, m.rolname,
        CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)
      FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
      WHERE m.rolname NOT LIKE 'pg\\_%' AND 'drover' NOT IN (g.rolname, m.rolname)\
      """;

  private static final String SETTINGS =
      """
      SELECT format('ALTER ROLE %I SET %s TO %s', r.rolname, v.name,
        CASE WHEN lower(v.name) IN ('search_path', 'local_preload_libraries',
            'session_preload_libraries', 'temp_tablespaces')
          THEN coalesce(nullif(v.value, ''), '''''') ELSE quote_literal(v.value) END)
      FROM pg_db_role_setting d JOIN pg_roles r ON r.oid = d.setrole,
        unnest(d.setconfig) s(setting), LATERAL (SELECT split_part(s.setting, '=', 1) AS name,
          substr(s.setting, strpos(s.setting, '=') + 1) AS value) v
      WHERE d.setdatabase = 0 AND r.rolname <> 'drover'\
      """;

  private RoleCopy() {}

  /** In the transaction of the new node's connection. */
  static void copy(CatalogQueries catalog, CatalogQueries node) {
    Set<String> present =
        node.query("SELECT rolname FROM pg_roles").stream()
            .map(row -> row.getFirst().orElseThrow())
            .collect(Collectors.toSet());
    List<String> statements = new ArrayList<>();
    for (List<Optional<String>> role : catalog.query(ROLES)) {
      String name = role.getFirst().orElseThrow();
      if (!present.contains(name)) {
        statements.add("CREATE ROLE " + SqlQuote.ident(name));
      }
      statements.add("ALTER ROLE " + SqlQuote.ident(name) + " " + role.get(1).orElseThrow());
    }
    catalog.query(MEMBERSHIPS).forEach(row -> statements.add(row.getFirst().orElseThrow()));
    catalog.query(SETTINGS).forEach(row -> statements.add(row.getFirst().orElseThrow()));
    statements.forEach(node::query);
  }
}
