package dev.drover.coordinator.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a tree of steps with servers' plans below is written. */
class ExplainedTest {
  private static final String SCAN =
      """
      [{"Plan": {"Node Type": "Seq Scan", "Startup Cost": 0.00, "Total Cost": 12.50,
        "Plan Rows": 40, "Plan Width": 8, "Filter": "(s = 'a\\"\\u00e4\\n')"},
        "Planning Time": 0.123, "Triggers": []}]
      """;

  private static Explained explained(ServerPlan... servers) {
    ExplainNode scan =
        new ExplainNode(
            "Data Node Scan",
            "",
            new ExplainNode.Measures(
                ExplainNode.estimate(List.of(servers)), Optional.of(1.5), Optional.of(80.0)),
            List.of(ExplainNode.Property.of("Node/s", "Node/s", List.of("dn1", "dn2"))),
            List.of(),
            List.of(servers));
    ExplainNode gather =
        new ExplainNode(
            "Gather",
            " (node count=2)",
            ExplainNode.Measures.NONE,
            List.of(ExplainNode.Property.of("Relation", "Relation Name", "drover_x1")),
            List.of(scan),
            List.of());
    return new Explained(gather, Map.of("Execution Time", 2.0));
  }

  @Test
  void textIsIndentedAsPostgresDoes() {
    List<String> rows =
        List.of(
            "Limit  (cost=0.00..1.00 rows=3 width=4)",
            "  ->  Seq Scan on t  (cost=0.00..9.00 rows=9 width=4)");
    ServerPlan one = ServerPlan.of("dn1", rows, false);
    assertThat(explained(one, one).lines())
        .containsExactly(
            "Gather (node count=2)",
            "  Relation: drover_x1",
            "  ->  Data Node Scan  (cost=0.00..1.00 rows=6 width=4)"
                + " (actual time=0.000..1.500 rows=80 loops=1)",
            "        Node/s: dn1, dn2",
            "        Plan on dn1",
            "          ->  Limit  (cost=0.00..1.00 rows=3 width=4)",
            "                ->  Seq Scan on t  (cost=0.00..9.00 rows=9 width=4)",
            "        Plan on dn1",
            "          ->  Limit  (cost=0.00..1.00 rows=3 width=4)",
            "                ->  Seq Scan on t  (cost=0.00..9.00 rows=9 width=4)",
            "Execution Time: 2.000 ms");
  }

  @Test
  void jsonIsOneDocumentThatCanBeReadAgain() {
    Explained explained = explained(ServerPlan.of("dn1", List.of(SCAN), true));
    String json = DocumentWriter.json(explained.document());
    assertThat(Json.parse(json)).isEqualTo(explained.document());
    assertThat(json)
        .startsWith("[\n  {\n    \"Plan\": {\n      \"Node Type\": \"Gather\",")
        .contains("\"Subplan Name\": \"Plan on dn1\"", "\"Planning Time\": 0.123")
        .contains("\"Filter\": \"(s = 'a\\\"ä\\n')\"", "\"Plan Rows\": 40")
        .doesNotContain("Triggers");
  }

  @Test
  void yamlAndXmlQuoteWhatTheyMust() {
    Explained explained = explained(ServerPlan.of("dn1", List.of(SCAN), true));
    assertThat(DocumentWriter.yaml(explained.document()))
        .startsWith("- Plan: \n    Node Type: \"Gather\"\n")
        .contains("Filter: \"(s = 'a\\\"ä\\n')\"");
    Json special = Json.parse("[{\"A b/c\": \"<&>\"}]");
    assertThat(DocumentWriter.xml(special)).contains("<A-b-c>&lt;&amp;&gt;</A-b-c>");
  }

  @Test
  void whatIsNoJsonIsRefused() {
    for (String text : List.of("", "[", "{\"a\" 1}", "[1] 2", "\"a", "[1,")) {
      assertThatThrownBy(() -> Json.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
