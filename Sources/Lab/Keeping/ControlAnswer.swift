package import Results

/// What a process that keeps guests answers.
package enum ControlAnswer: Equatable, Codable, Sendable {
  case guests([KeptGuestRecord])
  /// A dump is written; whether the kernel describes itself in it.
  case dumped(byteCount: Int, hasKernelInfo: Bool)
  /// It could not be done, in words for people.
  case refused(String)
}
