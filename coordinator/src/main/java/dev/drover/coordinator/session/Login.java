package dev.drover.coordinator.session;

import static java.util.stream.Collectors.joining;

import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.scram.ScramServer;
import dev.drover.pgwire.scram.ScramVerifier;
import dev.drover.planner.catalog.Node;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * From the startup message to the first ReadyForQuery: authentication against the roles of the
 * catalog node, then the session's first settings.
 *
 * <pre>
 * start -> trusted? -----------------------------> settings -> established
 *       -> SASL -> client-first -> client-final --^
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Login {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] MOCK_SECRET = new byte[32];
  private static final String OWN_DEFAULTS =
      TransactionDefaults.SETTINGS.stream()
          .map(name -> "pg_catalog.current_setting('" + name + "', true)")
          .collect(joining(", ", "SELECT pg_catalog.current_setting('search_path'), ", ""));
  private static final Set<String> NO_SETTINGS =
      Set.of("user", "database", "replication", "options", "client_encoding");

  static {
    RANDOM.nextBytes(MOCK_SECRET);
  }

  private final Session session;
  private final Map<String, String> parameters;
  private final String role;
  private Optional<ScramServer> exchange = Optional.empty();
  private Optional<RoleInfo> learned = Optional.empty();
  private boolean firstSeen;

  Login(Session session, Map<String, String> parameters) {
    this.session = session;
    this.parameters = parameters;
    this.role = parameters.getOrDefault("user", "");
  }

  void start() {
    String wanted = parameters.getOrDefault("database", role);
    String database = session.services().database();
    if (!wanted.equals(database)) {
      session.fatal(
          SqlError.of(SqlState.INVALID_CATALOG_NAME, "database \"" + wanted + "\" does not exist"));
      return;
    }
    if (parameters.containsKey("replication")) {
      session.fatal(SqlError.notSupported("replication connections are not supported"));
      return;
    }
    boolean reserved = role.equals(InDoubtFinisher.DROVER_ROLE);
    if (session.services().trustsLoopback() && session.channel().loopback() && !reserved) {
      authenticated();
    } else {
      fetchVerifier();
    }
  }

  private void fetchVerifier() {
    String sql =
        "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolcanlogin AND rolname = "
            + SettingsState.literal(role);
    pool()
        .acquire(
            Node.CATALOG_ID,
            InDoubtFinisher.DROVER_ROLE,
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                backend.query(
                    sql,
                    new QuietReply(
                        reply -> {
                          pool().release(backend);
                          verifier(reply);
                        }));
                backend.link().flush();
              }

              @Override
              public void refused(SqlError error) {
                session.fatal(error);
              }
            });
  }

  private BackendPool pool() {
    return session.services().exec().pool();
  }

  /** An unknown role goes through the same motions, so that nobody can tell. */
  private void verifier(QuietReply reply) {
    if (!reply.succeeded()) {
      session.fatal(
          SqlError.of(SqlState.CANNOT_CONNECT_NOW, "the catalog node could not be asked"));
      return;
    }
    Optional<ScramVerifier> verifier =
        reply.rows().isEmpty()
            ? Optional.empty()
            : reply.rows().getFirst().getFirst().flatMap(ScramVerifier::parse);
    boolean usable = verifier.isPresent() && !role.equals(InDoubtFinisher.DROVER_ROLE);
    exchange =
        Optional.of(
            usable
                ? ScramServer.of(verifier.get(), RANDOM)
                : ScramServer.mock(role, MOCK_SECRET, RANDOM));
    BackendEncoder.authenticationSasl(session.channel().out(), List.of("SCRAM-SHA-256"));
    session.channel().flush();
  }

  /** A PasswordMessage: the next step of the exchange. */
  void password(ByteBuf body) {
    if (exchange.isEmpty()) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "unexpected password message");
    }
    if (!firstSeen) {
      firstSeen = true;
      byte[] clientFirst = FrontendDecoder.SaslInitialResponse.decode(body).response();
      BackendEncoder.saslContinue(session.channel().out(), exchange.get().first(clientFirst));
      session.channel().flush();
      return;
    }
    byte[] clientFinal = new byte[body.readableBytes()];
    body.readBytes(clientFinal);
    Optional<ScramServer.Success> success = exchange.get().last(clientFinal);
    exchange = Optional.empty();
    if (success.isEmpty()) {
      session.fatal(
          SqlError.of(
              SqlState.INVALID_PASSWORD,
              "password authentication failed for user \"" + role + "\""));
      return;
    }
    session.services().roles().learned(role, success.get().keys());
    BackendEncoder.saslFinal(session.channel().out(), success.get().serverFinal());
    authenticated();
  }

  private void authenticated() {
    SettingsState wanted = wantedSettings();
    Optional<RoleInfo> known = session.services().roles().info(role);
    if (known.isPresent() && session.services().knowsSettings(wanted)) {
      establish(known.get(), wanted);
      return;
    }
    pool()
        .acquire(
            Node.CATALOG_ID,
            role,
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                checkSettings(backend, wanted);
              }

              @Override
              public void refused(SqlError error) {
                session.fatal(error);
              }
            });
  }

  private SettingsState wantedSettings() {
    Map<String, String> settings = new TreeMap<>(StartupOptions.parse(parameters.get("options")));
    parameters.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!NO_SETTINGS.contains(lower)) {
            settings.put(lower, value);
          }
        });
    SettingsState state = SettingsState.DEFAULTS;
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      state = state.with(setting.getKey(), setting.getValue());
    }
    return state;
  }

  /** What the role sees without settings of its own, and whether the client's are valid. */
  private void checkSettings(Backend backend, SettingsState wanted) {
    backend.applySettings(SettingsState.DEFAULTS);
    Map<String, String> reported = new TreeMap<>();
    backend.query(
        OWN_DEFAULTS,
        new QuietReply(
            reply -> {
              reported.putAll(backend.link().parameters());
              reported.put("application_name", "");
              reported.put("client_encoding", "UTF8");
              learned = Optional.of(roleInfo(reported, reply));
              session.services().roles().learned(role, learned.get());
            }));
    backend.forgetSettings();
    backend.query(
        wanted.applySql(), new QuietReply(reply -> settingsChecked(backend, reply, wanted)));
    backend.link().flush();
  }

  private static RoleInfo roleInfo(Map<String, String> reported, QuietReply reply) {
    if (reply.rows().isEmpty()) {
      return new RoleInfo(reported, "", TransactionDefaults.BUILT_IN);
    }
    List<Optional<String>> values = reply.rows().getFirst();
    Map<String, String> defaults = new HashMap<>();
    for (int i = 0; i < TransactionDefaults.SETTINGS.size(); i++) {
      String name = TransactionDefaults.SETTINGS.get(i);
      values.get(i + 1).ifPresent(value -> defaults.put(name, value));
    }
    String path = values.getFirst().orElse("");
    return new RoleInfo(reported, path, TransactionDefaults.BUILT_IN.with(defaults));
  }

  private void settingsChecked(Backend backend, QuietReply reply, SettingsState wanted) {
    backend.settingsAre(wanted);
    if (!reply.succeeded()) {
      backend.forgetSettings();
      pool().release(backend);
      session.fatal(reply.error().map(Login::relayed).orElseGet(() -> reply.lost().orElseThrow()));
      return;
    }
    pool().release(backend);
    SettingsState canonical = canonical(reply, wanted);
    session.services().settingsChecked(wanted, canonical);
    establish(learned.orElseThrow(), wanted);
  }

  private static SqlError relayed(ErrorFields fields) {
    SqlState state =
        Arrays.stream(SqlState.values())
            .filter(s -> s.code().equals(fields.sqlState()))
            .findFirst()
            .orElse(SqlState.INVALID_PARAMETER_VALUE);
    return SqlError.of(state, fields.message());
  }

  /** set_config answers with the value as PostgreSQL writes it. */
  private static SettingsState canonical(QuietReply reply, SettingsState wanted) {
    SettingsState result = wanted;
    int column = 0;
    for (String name : wanted.values().keySet()) {
      String value = reply.rows().getFirst().get(column++).orElse("");
      result = result.with(name, value);
    }
    return result;
  }

  private void establish(RoleInfo info, SettingsState wanted) {
    String encoding = parameters.getOrDefault("client_encoding", Encodings.UTF8);
    if (encoding.equalsIgnoreCase(Encodings.UTF8)) {
      establish(info, wanted, new Encodings.Found(Encodings.UTF8, Optional.empty()));
      return;
    }
    Encodings.find(
        pool(),
        role,
        encoding,
        found -> establish(info, wanted, found),
        error -> session.fatal(relayed(error)));
  }

  private void establish(RoleInfo info, SettingsState wanted, Encodings.Found encoding) {
    SettingsState checked = session.services().canonicalSettings(wanted);
    SettingsState initial =
        encoding.canonical().equals(Encodings.UTF8)
            ? checked
            : checked.with(SettingsState.CLIENT_ENCODING, encoding.canonical());
    ClientOutput output = new ClientOutput(session.channel(), session.services().counts());
    Transaction transaction =
        new Transaction(session.services().transactions(), role, output::notice);
    SettingsTracker settings = new SettingsTracker(session, role, info, initial, encoding);
    StatementRunner runner = new StatementRunner(session, transaction, settings);
    SessionRegistry.Key key = session.services().registry().register(session);
    ByteBuf out = session.channel().out();
    BackendEncoder.authenticationOk(out);
    settings.reported().tellAll(initial, out);
    BackendEncoder.backendKeyData(out, key.processId(), key.secret());
    session.established(
        new Session.Established(
            key,
            transaction,
            output,
            new ExtendedProtocol(session, runner, output),
            new SimpleProtocol(session, runner, output),
            runner));
    session.channel().flush();
  }
}
