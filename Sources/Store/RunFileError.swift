import Foundation
import Results

/// Why a `run.json` could not be read.
package enum RunFileError: Error, Equatable {
  case unreadable(String, errno: CInt)
  /// `offset` is in bytes from the start of the file.
  case malformed(String, offset: Int)
  case schema(Int)
  /// The place in `results`, from 0.
  case result(Int, String)
  case missing(String)
}

extension RunFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let code):
      "\(path) cannot be read: \(String(cString: strerror(code)))"
    case .malformed(let what, let offset):
      "it is no run.json: \(what), at byte \(offset)\n  try: the run.json that a run left"
    case .schema(let schema) where schema > Run.schema:
      "it has schema \(schema), and this faultline reads schema \(Run.schema)\n"
        + "  try: the faultline that wrote it, or a newer one"
    case .schema(let schema): "it has schema \(schema), which no faultline writes"
    case .result(let place, let what): "its result \(place) cannot be read: \(what)"
    case .missing(let key): "it is no run.json: there is no “\(key)”"
    }
  }
}
