package dev.iommufleet.cli.tables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An entry of a table and what it leads to.
 *
 * @param text one line for people
 * @param fields the same for scripts
 */
public record TreeNode(String text, Map<String, Object> fields, List<TreeNode> children) {

  public TreeNode {
    children = List.copyOf(children);
  }

  static TreeNode leaf(String text, Map<String, Object> fields) {
    return new TreeNode(text, fields, List.of());
  }

  /** A remark where something cannot be shown. */
  static TreeNode note(String text) {
    return leaf(text, Map.of("note", text));
  }

  /** The node and all below it, one a line, drawn as a tree. */
  public List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add(text);
    addChildren(lines, "");
    return lines;
  }

  private void addChildren(List<String> lines, String margin) {
    for (int i = 0; i < children.size(); i++) {
      boolean last = i == children.size() - 1;
      lines.add(margin + (last ? "└─ " : "├─ ") + children.get(i).text);
      children.get(i).addChildren(lines, margin + (last ? "   " : "│  "));
    }
  }

  public Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>(fields);
    if (!children.isEmpty()) {
      json.put("children", children.stream().map(TreeNode::json).toList());
    }
    return json;
  }
}
