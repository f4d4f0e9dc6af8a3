package dev.drover.coordinator.explain;

import java.util.List;
import java.util.Map;

/** Writes what EXPLAIN shows as PostgreSQL does in its formats other than text. */
public final class DocumentWriter {
  private static final String XML_HEAD =
      "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n";

  private final StringBuilder out = new StringBuilder();

  private DocumentWriter() {}

  /** Indented by two blanks. */
  public static String json(Json document) {
    DocumentWriter writer = new DocumentWriter();
    writer.json(document, "");
    return writer.out.toString();
  }

  private void json(Json value, String indent) {
    switch (value) {
      case Json.Text(var text) -> quote(text);
      case Json.Literal(var text) -> out.append(text);
      case Json.Elements(var elements) -> {
        boolean simple = elements.stream().noneMatch(DocumentWriter::isGroup);
        out.append(simple ? "[" : "[\n" + indent + "  ");
        String separator = simple ? ", " : ",\n" + indent + "  ";
        for (int i = 0; i < elements.size(); i++) {
          out.append(i == 0 ? "" : separator);
          json(elements.get(i), indent + "  ");
        }
        out.append(simple ? "]" : "\n" + indent + "]");
      }
      case Json.Members(var members) -> {
        String separator = "{\n";
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(separator).append(indent).append("  ");
          quote(member.getKey());
          out.append(": ");
          json(member.getValue(), indent + "  ");
          separator = ",\n";
        }
        out.append("\n").append(indent).append("}");
      }
    }
  }

  private static boolean isGroup(Json value) {
    return value instanceof Json.Members || value instanceof Json.Elements;
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    out.append('"');
  }

  /** As PostgreSQL's: strings quoted as in JSON. */
  public static String yaml(Json document) {
    DocumentWriter writer = new DocumentWriter();
    if (document instanceof Json.Elements(var statements)) {
      writer.items(statements, "");
    }
    return writer.out.toString().stripTrailing();
  }

  private void items(List<Json> items, String indent) {
    for (Json item : items) {
      out.append(indent).append("- ");
      if (item instanceof Json.Members(var members)) {
        members(members, indent + "  ", true);
      } else {
        scalar(item);
        out.append('\n');
      }
    }
  }

  private void members(Map<String, Json> members, String indent, boolean afterDash) {
    boolean first = afterDash;
    for (Map.Entry<String, Json> member : members.entrySet()) {
      out.append(first ? "" : indent).append(member.getKey()).append(": ");
      first = false;
      switch (member.getValue()) {
        case Json.Members(var inner) -> {
          out.append('\n');
          members(inner, indent + "  ", false);
        }
        case Json.Elements(var items) -> {
          out.append('\n');
          items(items, indent + "  ");
        }
        case Json.Text _, Json.Literal _ -> {
          scalar(member.getValue());
          out.append('\n');
        }
      }
    }
  }

  private void scalar(Json value) {
    json(value, "");
  }

  /** In PostgreSQL's namespace, with its element names. */
  public static String xml(Json document) {
    DocumentWriter writer = new DocumentWriter();
    writer.out.append(XML_HEAD);
    if (document instanceof Json.Elements(var statements)) {
      statements.forEach(s -> writer.element("Query", s, "  "));
    }
    return writer.out.append("</explain>").toString();
  }

  private void element(String name, Json value, String indent) {
    String tag = name.replaceAll("[^A-Za-z0-9_.-]", "-");
    out.append(indent).append('<').append(tag).append('>');
    switch (value) {
      case Json.Text(var text) -> escape(text);
      case Json.Literal(var text) -> escape(text);
      case Json.Members(var members) -> {
        out.append('\n');
        members.forEach((n, v) -> element(n, v, indent + "  "));
        out.append(indent);
      }
      case Json.Elements(var elements) -> {
        out.append('\n');
        String item = name.equals("Plans") ? "Plan" : "Item";
        elements.forEach(e -> element(item, e, indent + "  "));
        out.append(indent);
      }
    }
    out.append("</").append(tag).append(">\n");
  }

  private void escape(String text) {
    out.append(
        text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\r", "&#x0d;"));
  }
}
