package dev.drover.deploy.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A process's meters at {@code http://127.0.0.1:PORT/metrics}, in Prometheus's text format.
 *
 * <p>It listens on this machine only: who scrapes from elsewhere comes through a proxy that knows
 * whom to let in.
 *
 * <p>Threads: thread-safe; requests are answered one after another by a thread of its own.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private static final String PATH = "/metrics";
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int BACKLOG = 16;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NO_BODY = -1;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpServer server;

  /** Kept: the registry holds what it reads only weakly. */
  private final List<MeterBinder> added = new CopyOnWriteArrayList<>();

  private MetricsEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * With the meters of the JVM; port 0 takes a free one.
   *
   * @param process what this process is called in its meters
   */
  public static MetricsEndpoint open(int port, String process) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      MetricsEndpoint endpoint = new MetricsEndpoint(server);
      server.createContext("/", endpoint::answer);
      endpoint.addJvm(tags(process));
      server.start();
      return endpoint;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot show metrics on port " + port, e);
    }
  }

  /** The label that tells processes apart. */
  public static Tags tags(String process) {
    return Tags.of("process", process);
  }

  public void add(MeterBinder meters) {
    added.add(meters);
    meters.bindTo(registry);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    registry.close();
  }

  private void addJvm(Tags tags) {
    new JvmMemoryMetrics(tags).bindTo(registry);
    new ProcessorMetrics(tags).bindTo(registry);
    new UptimeMetrics(tags).bindTo(registry);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
        return;
      }
      byte[] text = registry.scrape().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
      exchange.sendResponseHeaders(OK, text.length);
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(text);
      }
    }
  }
}
