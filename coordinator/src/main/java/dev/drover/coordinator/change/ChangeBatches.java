package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.ChangedTable.Identity;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that are deleted, or get other values, where they are: statements of bounded size with the
 * rows' identities and values as constants.
 *
 * <p>A row that is no longer found although it was locked fails the statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ChangeBatches implements ChangeSink {
  /** A batch of about that many bytes is sent. */
  private static final int BATCH_BYTES = 256 * 1024;

  private static final int MAX_OUTSTANDING = 8;

  /** Which rows of those that are read are meant, and what becomes of them. */
  enum Kind {
    /** All of them are deleted. */
    DELETE,
    /** Those are deleted that belong to another place now. */
    LEAVE,
    /** Those get their new values that stay where they are. */
    UPDATE
  }

  private final Call call;
  private final ChangedTable table;
  private final Map<Integer, Participant> participants;
  private final Kind kind;
  private final ChangePlaces places;
  private final int firstValue;
  private final StringBuilder values = new StringBuilder();
  private Optional<ErrorFields> error = Optional.empty();
  private Runnable progress = () -> {};
  private String place = "";
  private int count;
  private int outstanding;

  ChangeBatches(Call call, ChangedTable table, Map<Integer, Participant> participants, Kind kind) {
    this.call = call;
    this.table = table;
    this.participants = participants;
    this.kind = kind;
    this.places = new ChangePlaces(table);
    this.firstValue = 1 + table.identity().size();
  }

  @Override
  public void whenProgress(Runnable told) {
    progress = told;
  }

  @Override
  public boolean writable() {
    return outstanding < MAX_OUTSTANDING;
  }

  @Override
  public boolean outstanding() {
    return outstanding > 0;
  }

  @Override
  public Optional<ErrorFields> error() {
    return error;
  }

  /** Rows of one place come one after another. */
  @Override
  public void take(ByteBuf run) {
    while (run.isReadable() && error.isEmpty()) {
      List<byte[]> row = BackendDecoder.nextDataRow(run);
      String itsPlace = new String(row.getFirst(), StandardCharsets.UTF_8);
      if (isMeant(itsPlace, row)) {
        add(itsPlace, row);
      }
    }
    run.skipBytes(run.readableBytes());
  }

  private boolean isMeant(String itsPlace, List<byte[]> row) {
    if (kind == Kind.DELETE || !table.kinds().moves()) {
      return kind != Kind.LEAVE;
    }
    boolean moved = places.hasMoved(itsPlace, row.subList(firstValue, row.size()));
    if (moved && table.kinds().referenced()) {
      throw SqlError.notSupported(
              "changing the distribution key of a row that other tables may refer to is not"
                  + " supported yet")
          .withHint("Insert the row with the new value, change what refers to it, and delete it.");
    }
    return moved == (kind == Kind.LEAVE);
  }

  private void add(String itsPlace, List<byte[]> row) {
    if (values.length() >= BATCH_BYTES || !itsPlace.equals(place)) {
      send();
    }
    place = itsPlace;
    count++;
    values.append(count == 1 ? "(" : ", (");
    int width = kind == Kind.UPDATE ? row.size() : firstValue;
    for (int i = 1; i < width; i++) {
      byte[] value = row.get(i);
      values.append(i == 1 ? "" : ", ");
      values.append(
          value == null
              ? "NULL"
              : SettingsState.literal(new String(value, StandardCharsets.UTF_8)));
      values.append(count == 1 ? "::" + type(i) : "");
    }
    values.append(')');
  }

  private String type(int index) {
    return index < firstValue
        ? table.identity().get(index - 1).type()
        : ChangeTexts.valueTypes(table).get(index - firstValue);
  }

  @Override
  public void finish() {
    send();
  }

  private void send() {
    if (count == 0) {
      return;
    }
    String sql = sql();
    values.setLength(0);
    int rows = count;
    count = 0;
    Participant first = participants.get(places.node(place));
    if (table.target().distribution() instanceof Distribution.Replicated) {
      first.markCommitsLast();
    }
    send(first, sql, rows, () -> replicate(sql, rows));
  }

  private String sql() {
    List<String> columns = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (Identity identity : table.identity()) {
      columns.add(identity.column());
      found.add(identity.of("t") + " = x." + identity.column());
    }
    String relation = places.relation(place) + " AS t";
    if (table.whole().isPresent()) {
      found = List.of("t.ctid = d.place", "d.whole = x." + ChangedTable.WHOLE, "d.n = x.n");
    }
    if (kind != Kind.UPDATE) {
      return "DELETE FROM " + relation + " USING " + rows(columns) + " WHERE " + all(found);
    }
    List<String> names = ChangeTexts.valueNames(table);
    List<String> set = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add("v" + i);
      if (table.assigned().contains(names.get(i))) {
        set.add(names.get(i) + " = x.v" + i);
      }
    }
    return "UPDATE "
        + relation
        + " SET "
        + String.join(", ", set)
        + " FROM "
        + rows(columns)
        + " WHERE "
        + all(found);
  }

  private String rows(List<String> columns) {
    String rows = "(VALUES " + values + ") AS x (" + String.join(", ", columns) + ")";
    return table.whole().map(whole -> numbered(rows, whole)).orElse(rows);
  }

  /** Of equal rows, the batch's first is the node's first. */
  private String numbered(String rows, Identity whole) {
    String number = "pg_catalog.row_number() OVER (PARTITION BY ";
    return "(SELECT x.*, "
        + number
        + "x."
        + whole.column()
        + ") AS n FROM "
        + rows
        + ") AS x, (SELECT s.ctid AS place, "
        + whole.of("s")
        + " AS whole, "
        + number
        + whole.of("s")
        + " ORDER BY s.ctid) AS n FROM "
        + places.relation(place)
        + " AS s) AS d";
  }

  private static String all(List<String> conditions) {
    return String.join(" AND ", conditions);
  }

  private void send(Participant participant, String sql, int rows, Runnable then) {
    participant.markWrote();
    outstanding++;
    participant
        .backend()
        .query(
            sql,
            new QuietReply(
                reply -> {
                  outstanding--;
                  error = error.or(() -> failure(reply, participant, rows));
                  if (error.isEmpty()) {
                    then.run();
                  }
                  progress.run();
                }));
    participant.backend().link().flush();
  }

  private Optional<ErrorFields> failure(QuietReply reply, Participant participant, int rows) {
    Optional<ErrorFields> failure = reply.failure();
    if (failure.isPresent()) {
      ErrorFields fields = failure.get().without(ErrorFields.POSITION);
      return Optional.of(StatementError.of(call, fields, participant.node()));
    }
    if (CommandTag.parse(reply.tag()).rows().orElse(0) == rows) {
      return Optional.empty();
    }
    SqlError gone =
        SqlError.of(
            SqlState.SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
    return Optional.of(ErrorFields.of(gone, Severity.ERROR));
  }

  /** The primary has changed its rows: now the other nodes. */
  private void replicate(String sql, int rows) {
    if (table.target().distribution() instanceof Distribution.Replicated replicated) {
      for (int node : replicated.nodes()) {
        if (node != replicated.primary()) {
          send(participants.get(node), sql, rows, () -> {});
        }
      }
    }
  }
}
