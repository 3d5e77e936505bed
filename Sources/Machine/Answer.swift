/// What `work` gives, or nil when that takes longer than `limit`.
///
/// For calls that block a thread and cannot be ended, such as a libvirt's that does not answer: the work is left behind then, and so
/// it is when the caller is cancelled.
///
/// - Throws: what `work` throws, and `CancellationError`.
func answer<Value: Sendable>(
  within limit: Duration, of work: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
  let (answers, continuation) = AsyncStream<Result<Value, any Error>>.makeStream()
  Task {
    do {
      continuation.yield(.success(try await work()))
    } catch {
      continuation.yield(.failure(error))
    }
  }
  let timer = Task {
    try? await Task.sleep(for: limit)  // cancelled when the answer has come
    continuation.finish()
  }
  defer { timer.cancel() }
  for await answer in answers { return try answer.get() }
  try Task.checkCancellation()
  return nil
}
