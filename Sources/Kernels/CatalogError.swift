/// What is wrong with one of the YAML files, and where.
package struct CatalogError: Error, Equatable, CustomStringConvertible {
  /// The file as the user named it.
  package let file: String
  /// Counted from 1; nil when the file as a whole is meant.
  package let line: Int?
  package let problem: String

  package init(file: String, line: Int?, problem: String) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  package var description: String {
    line.map { "\(file):\($0): \(problem)" } ?? "\(file): \(problem)"
  }
}
