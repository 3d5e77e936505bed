/// A place in the kernel's code, as a backtrace has it: `do_swap_page+0x123/0x9d0`.
package struct CodePlace: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// The symbol as the kernel prints it, `.isra.0` and `.cold` included.
  package let symbol: String
  /// From the symbol's start, in bytes.
  package let offset: UInt64
  /// How long the symbol is, in bytes, which tells symbols of one name apart; 0 when it is not known.
  package let size: UInt64
  /// Whether it is where a call returns to, and not where the processor was.
  package let isReturn: Bool

  package init(symbol: String, offset: UInt64, size: UInt64, isReturn: Bool) {
    self.symbol = symbol
    self.offset = offset
    self.size = size
    self.isReturn = isReturn
  }

  package var description: String { "\(symbol)+0x\(String(offset, radix: 16))" }
}
