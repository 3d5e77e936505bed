internal import Lab

extension RunOptions {
  /// The suites that are asked for, then the programs; programs alone are no reason to run all suites.
  func chosenSuites(_ workspace: Workspace) async throws -> [Suite] {
    let asksForSuites = !self.suites.suite.isEmpty || !self.suites.filter.isEmpty
    var suites: [Suite] = []
    if program.isEmpty || asksForSuites {
      suites = try await self.suites.suites(workspace)
    }
    for path in program {
      do {
        suites.append(
          try await ForeignProgram.suite(
            path, arguments: programArguments, deadline: .seconds(deadline),
            workspace.installation, taken: suites.map(\.name)))
      } catch let unfit as ForeignProgram.Unfit {
        throw UsageFailure(unfit.description)
      }
    }
    return suites
  }
}
