internal import CLibvirt
internal import Glibc

/// A thread of the operating system for what blocks, and so must not run on Swift's own threads.
package enum NativeThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a detached thread that inherits the namespaces of the calling one.
  ///
  /// - Parameters:
  ///   - name: what debuggers show; the kernel keeps 15 bytes.
  ///   - body: runs on the thread, which ends with it.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let named = Body {
      faultline_name_thread(name)
      body()
    }
    let argument = Unmanaged.passRetained(named).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    precondition(result == 0, "no thread can be started (\(name)): errno \(result)")
    pthread_detach(thread)
  }
}
