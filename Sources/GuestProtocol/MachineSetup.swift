/// What PID 1 does to turn a freshly booted kernel into the machine that was asked for.
///
/// The host writes it into the initramfs as text, one directive a line, in the order in which they are to be done:
///
///     module /faultline/modules/zram.ko
///     hugepages 2048 48
///     swap zram 512
///     mount ext4 scratch /mnt/disk
///     swap disk swap
///     swap file ext4 /mnt/disk/swap 256
///     write /proc/sys/vm/overcommit_memory 1
///     expect nodes 2
///
/// Empty lines and lines that start with `#` mean nothing.
public struct MachineSetup: Equatable, Sendable {
  /// Where the initramfs holds the text.
  public static let path = "/faultline/setup"
  /// The longest text that is read, in bytes.
  public static let textBytes = 64 << 10
  /// The most directives that are obeyed.
  public static let directiveCount = 512

  /// One thing to do, or to check.
  public enum Directive: Equatable, Sendable {
    /// `module PATH [PARAMETERS]`: load a kernel module.
    case module(path: String, parameters: String)
    /// `hugepages KIB COUNT`: the kernel's pool of huge pages of `kib` KiB each holds `count`.
    case hugepages(kib: Int, count: Int)
    /// `swap zram MIB`: swap to compressed memory.
    case zramSwap(mebibytes: Int)
    /// `mount TYPE SERIAL DIRECTORY`: the file system on the disk of this serial number.
    case mount(type: String, serial: String, directory: String)
    /// `swap disk SERIAL`: swap to the whole disk of this serial number, which is formatted.
    case diskSwap(serial: String)
    /// `swap file TYPE PATH MIB`: swap to a file on a file system of this type, which is made.
    case fileSwap(type: String, path: String, mebibytes: Int)
    /// `write PATH VALUE`: a knob in /proc or /sys takes a value, and shows it afterwards.
    case write(path: String, value: String)
    /// `expect FACT VALUE`: the greeting's fact of this name has this value.
    case expect(fact: String, value: String)
  }

  public var directives: [Directive]

  public init(_ directives: [Directive] = []) {
    self.directives = directives
  }

  /// The text for the initramfs.
  ///
  /// - Throws: `UnencodableDirective` when a word is empty or holds white space, or a text holds a line break.
  public func encoded() throws(UnencodableDirective) -> String {
    var text = ""
    for directive in directives {
      text += try directive.line()
      text += "\n"
    }
    return text
  }
}

/// A directive that the text cannot carry.
public struct UnencodableDirective: Error, Equatable, Sendable, CustomStringConvertible {
  /// The word or text at fault.
  public let text: String

  public var description: String {
    "\"\(text)\" cannot stand in a machine's set-up: words are not empty and hold no white space, "
      + "values hold no line breaks"
  }
}

extension MachineSetup.Directive {
  /// The directive as a line, without the line break.
  func line() throws(UnencodableDirective) -> String {
    switch self {
    case .module(let path, let parameters):
      parameters.isEmpty
        ? "module " + (try word(path))
        : "module " + (try word(path)) + " " + (try rest(parameters))
    case .hugepages(let kib, let count): "hugepages \(kib) \(count)"
    case .zramSwap(let mebibytes): "swap zram \(mebibytes)"
    case .mount(let type, let serial, let directory):
      "mount " + (try word(type)) + " " + (try word(serial)) + " " + (try word(directory))
    case .diskSwap(let serial): "swap disk " + (try word(serial))
    case .fileSwap(let type, let path, let mebibytes):
      "swap file " + (try word(type)) + " " + (try word(path)) + " \(mebibytes)"
    case .write(let path, let value): "write " + (try word(path)) + " " + (try rest(value))
    case .expect(let fact, let value): "expect " + (try word(fact)) + " " + (try rest(value))
    }
  }

  private func word(_ text: String) throws(UnencodableDirective) -> String {
    guard !text.isEmpty, !text.utf8.contains(where: { $0 <= 0x20 }) else {
      throw UnencodableDirective(text: text)
    }
    return text
  }

  /// The last field of a line: anything but a line break, and no blanks at its ends.
  private func rest(_ text: String) throws(UnencodableDirective) -> String {
    let space = UInt8(ascii: " ")
    guard let first = text.utf8.first, let last = text.utf8.last, first != space, last != space,
      !text.utf8.contains(where: { $0 < 0x20 })
    else { throw UnencodableDirective(text: text) }
    return text
  }
}
