import GRDB

/// Why the history could not be opened, read or written.
package enum HistoryError: Error, Equatable {
  case absent(String)
  case foreign(String)
  case newer(String)
  /// It lacks tables, and may not be changed.
  case older(String)
  case corrupt(String, String)
  case busy(String)
  case failed(String, String)
  /// Another content under the id of a run that is there.
  case conflict(run: String)
  case duplicate(String)
}

extension HistoryError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .absent(let path):
      """
      there is no history at \(path) yet
        try: faultline run, or faultline import results/*/run.json
      """
    case .foreign(let path):
      """
      \(path) is no history of faultline; it was left as it is
        try: --history with another file
      """
    case .newer(let path):
      """
      the history \(path) was changed by a newer faultline
        try: that faultline, or --history with another file
      """
    case .older(let path):
      """
      the history \(path) was begun by an older faultline
        try: faultline runs --history \(path), which brings it up to date
      """
    case .corrupt(let path, let what):
      """
      the history \(path) is damaged: \(what)
        try: move it away with its -wal and -shm, and faultline import results/*/run.json
      """
    case .busy(let path):
      """
      another process is writing to the history \(path)
        try: again when it has ended
      """
    case .failed(let path, let what):
      """
      the history \(path) cannot be used: \(what)
        try: room on its disk and the right to write there, or --history with another file
      """
    case .conflict(let run):
      """
      the history has another run “\(run)”, with other results
        try: --replace to put this one in its place
      """
    case .duplicate(let what): "it has two results of \(what)"
    }
  }

  /// What an error of SQLite means for the user.
  init(_ error: DatabaseError, path: String) {
    let what = error.message ?? "\(error.resultCode)"
    self =
      switch error.resultCode {
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path)
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path, what)
      default: .failed(path, what)
      }
  }
}
