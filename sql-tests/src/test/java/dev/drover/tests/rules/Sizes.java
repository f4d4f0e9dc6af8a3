package dev.drover.tests.rules;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Measures every method of a set of source files with the compiler's own parser. */
final class Sizes {
  private static final String CONSTRUCTOR = "<init>";

  /**
   * One method or constructor; a lambda counts where it stands. A record's constructor has as many
   * parameters as the record has data, and is counted as having none.
   */
  record Method(Path file, String name, long line, long lineCount, int parameters, int nesting) {
    String describe(Repository repository) {
      return "%s:%d %s".formatted(repository.show(file), line, name);
    }
  }

  private Sizes() {}

  static List<Method> measure(List<Path> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Method> found = new ArrayList<>();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        unit.accept(new Walker(unit, positions, found), null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(found);
  }

  /** The compiler offers its tree through visitors only, so this one class is a visitor. */
  private static final class Walker extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Method> found;
    private int depth;
    private int deepest;
    private boolean isInRecord;

    Walker(CompilationUnitTree unit, SourcePositions positions, List<Method> found) {
      this.unit = unit;
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      int outerDepth = depth;
      int outerDeepest = deepest;
      depth = 0;
      deepest = 0;
      super.visitMethod(method, null);
      record(method);
      depth = outerDepth;
      deepest = outerDeepest;
      return null;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      int outerDepth = depth;
      boolean wasInRecord = isInRecord;
      depth = 0;
      isInRecord = type.getKind() == Tree.Kind.RECORD;
      super.visitClass(type, null);
      depth = outerDepth;
      isInRecord = wasInRecord;
      return null;
    }

    private void record(MethodTree method) {
      long start = positions.getStartPosition(unit, method);
      long end = positions.getEndPosition(unit, method);
      if (end < 0) {
        return;
      }
      LineMap lines = unit.getLineMap();
      long line = lines.getLineNumber(start);
      long lineCount = lines.getLineNumber(end) - line + 1;
      Path file = Path.of(unit.getSourceFile().toUri());
      String name = method.getName().toString();
      boolean isDataOnly = isInRecord && name.equals(CONSTRUCTOR);
      int parameters = isDataOnly ? 0 : method.getParameters().size();
      found.add(new Method(file, name, line, lineCount, parameters, deepest));
    }

    private Void nested(Runnable inner) {
      depth++;
      deepest = Math.max(deepest, depth);
      inner.run();
      depth--;
      return null;
    }

    /** A chain of {@code else if} is one level, however long. */
    @Override
    public Void visitIf(IfTree node, Void unused) {
      scan(node.getCondition(), null);
      nested(() -> scan(node.getThenStatement(), null));
      StatementTree otherwise = node.getElseStatement();
      if (otherwise == null || otherwise instanceof IfTree) {
        return scan(otherwise, null);
      }
      return nested(() -> scan(otherwise, null));
    }

    @Override
    public Void visitForLoop(ForLoopTree node, Void unused) {
      return nested(() -> super.visitForLoop(node, null));
    }

    @Override
    public Void visitEnhancedForLoop(EnhancedForLoopTree node, Void unused) {
      return nested(() -> super.visitEnhancedForLoop(node, null));
    }

    @Override
    public Void visitWhileLoop(WhileLoopTree node, Void unused) {
      return nested(() -> super.visitWhileLoop(node, null));
    }

    @Override
    public Void visitDoWhileLoop(DoWhileLoopTree node, Void unused) {
      return nested(() -> super.visitDoWhileLoop(node, null));
    }

    @Override
    public Void visitSwitch(SwitchTree node, Void unused) {
      return nested(() -> super.visitSwitch(node, null));
    }

    @Override
    public Void visitSynchronized(SynchronizedTree node, Void unused) {
      return nested(() -> super.visitSynchronized(node, null));
    }

    @Override
    public Void visitTry(TryTree node, Void unused) {
      return nested(() -> super.visitTry(node, null));
    }
  }
}
