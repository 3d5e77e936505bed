import CInit

/// Keeps the agent and the tests apart in cgroup v2, so that memory pressure from a test cannot reach the agent.
///
/// `agent` holds PID 1 and the programs it stores; `test/run` holds the running program, which may make further
/// groups beside its own, in `test`, with the memory controller on.
enum Cgroups {
  /// What a program's child writes itself into before it executes.
  static let program = "/sys/fs/cgroup/test/run/cgroup.procs"

  private static let root = "/sys/fs/cgroup"
  /// The programs that are held, and the agent's own pages, are not reclaimed below this.
  private static let agentBytes = "67108864"

  /// Makes the groups, and answers a sentence when the memory controller is missing.
  static func make() -> [String] {
    let result = Files.write("+memory", to: root + "/cgroup.subtree_control")
    for name in ["/agent", "/test", "/test/run"] { ci_mkdir(root + name) }
    guard result == 0 else {
      return ["cgroup v2 has no memory controller here: \(errorName(result))"]
    }
    let steps = [
      ("+memory", "/test/cgroup.subtree_control"), (agentBytes, "/agent/memory.min"),
      ("1", "/agent/cgroup.procs"),
    ]
    var problems: [String] = []
    for (value, file) in steps {
      let result = Files.write(value, to: root + file)
      if result < 0 {
        problems.append("\(root)\(file) does not take \(value): \(errorName(result))")
      }
    }
    return problems
  }
}
