internal import KernelLog

// The console: splats are the same however the bytes come, few, and none of them large.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let whole = scan(bytes, pieces: max(count, 1))
  precondition(whole == scan(bytes, pieces: 7))
  precondition(whole.count <= KernelLogScanner.maximumSplats)
  for splat in whole {
    precondition(splat.text.utf8.count <= 64_000)
    precondition(splat.title.utf8.count <= 16_384, "a title of \(splat.title.utf8.count) bytes")
    precondition(!splat.title.isEmpty && !splat.fingerprint.isEmpty)
  }
  return 0
}

func scan(_ bytes: [UInt8], pieces: Int) -> [Splat] {
  var scanner = KernelLogScanner()
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + pieces)
    scanner.read(bytes[start..<end])
    start = end
  }
  scanner.flush()
  return scanner.takeSplats()
}
