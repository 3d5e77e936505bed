internal import Libvirt
package import Results

/// Why there is no guest, or none any more, where that is not a result of a test.
package enum MachineError: Error, Equatable, Sendable {
  /// No `qemu-system-x86_64` in `PATH`.
  case noEmulator
  /// The connection does not open.
  case noConnection(uri: String, cause: String)
  /// libvirt or QEMU did not start the guest.
  case notStarted(guest: String, cause: String)
  /// The guest's state could not be written.
  case notSaved(guest: String, cause: String)
  /// The guest's memory could not be written to a file.
  case notDumped(guest: String, cause: String)
  /// No greeting came in time; how many bytes the console holds, and its last line.
  case noGreeting(guest: String, within: Duration, consoleBytes: Int, lastLine: String)
  /// The guest ended before it greeted.
  case endedBeforeGreeting(guest: String, end: GuestEnd)
  /// The guest did not take a program.
  case notPushed(program: String, cause: String)
  /// The guest ended, or was found dead, while the host wanted something of it.
  case guestGone(guest: String, end: GuestEnd)
  /// A file to boot from could not be read.
  case unreadable(path: String)
  /// The image of a file system could not be made.
  case noFileSystem(fileSystem: String, mebibytes: Int, package: String, cause: String)
  /// This process may have too few files open.
  case fewFiles(limit: Int)
  /// A file or a directory of ours could not be made.
  case noFile(path: String, cause: String)
}

extension MachineError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noEmulator:
      """
      there is no qemu-system-x86_64 in PATH
        try:     apt-get install qemu-system-x86 libvirt-daemon-driver-qemu
      """
    case .noConnection(let uri, let cause):
      """
      libvirt does not open \(uri)
        try:     \(Self.help(uri))
        cause:   \(cause)
      """
    case .notStarted(let guest, let cause):
      "guest \(guest) does not start\n  cause:   \(cause)"
    case .notSaved(let guest, let cause):
      "guest \(guest) cannot be saved\n  cause:   \(cause)"
    case .notDumped(let guest, let cause):
      "guest \(guest) cannot be dumped\n  cause:   \(cause)"
    case .noGreeting(let guest, let within, let bytes, let line):
      """
      guest \(guest) did not greet within \(within.components.seconds) s
        console: \(bytes) bytes\(line.isEmpty ? "" : ", the last line: \(line)")
      """
    case .endedBeforeGreeting(let guest, let end):
      "guest \(guest) ended before it greeted: \(Self.phrase(end))"
    case .notPushed(let program, let cause):
      "the guest does not take the program \(program): \(cause)"
    case .guestGone(let guest, let end): "guest \(guest) is gone: \(Self.phrase(end))"
    case .unreadable(let path): "\(path) cannot be read"
    case .noFileSystem(let fileSystem, let mebibytes, let package, let cause):
      """
      no \(fileSystem) of \(mebibytes) MiB can be made for the guest
        try:     apt-get install \(package)
        cause:   \(cause)
      """
    case .fewFiles(let limit):
      """
      this process may have \(limit) files open, and needs \(OpenFiles.needed)
        try:     ulimit -n 1024
      """
    case .noFile(let path, let cause): "\(path) cannot be made: \(cause)"
    }
  }

  private static func help(_ uri: String) -> String {
    uri.hasPrefix("qemu:///embed")
      ? "apt-get install libvirt-daemon libvirt-daemon-driver-qemu"
      : "virsh -c '\(uri)' version; without --connect no daemon is needed"
  }

  private static func phrase(_ end: GuestEnd) -> String {
    switch end {
    case .clean: "it powered off"
    case .panic: "it panicked"
    case .vanished(let detail): detail
    case .channelClosed(let detail): detail
    case .hung: "it \(end.phrase)"
    case .broken(let detail): "it " + detail
    case .interrupted: "the run was stopped"
    case .kept: "it \(end.phrase)"
    }
  }
}
