/// What is wrong with a machine catalogue, and where.
package struct MachineCatalogError: Error, Equatable, CustomStringConvertible {
  /// The file as the user named it.
  package let file: String
  /// Counted from 1; nil when the file as a whole is meant.
  package let line: Int?
  package let problem: String

  package var description: String {
    line.map { "\(file):\($0): \(problem)" } ?? "\(file): \(problem)"
  }
}
