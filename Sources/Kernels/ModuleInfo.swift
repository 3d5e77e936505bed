import Foundation

/// What a module file says about itself in its `.modinfo` section.
struct ModuleInfo: Equatable {
  /// Modules whose symbols it uses, by canonical name.
  let needs: [String]
  /// The release it was built for, the first word of `vermagic`; nil when it has none.
  let release: String?

  /// Reads an uncompressed .ko file's bytes; nil when there is no `.modinfo` section.
  init?(_ data: Data) {
    guard let elf = ElfFile(LittleEndianBytes(data)), let section = elf.section(named: ".modinfo")
    else { return nil }
    var fields: [String: String] = [:]
    for entry in section.split(separator: 0) {
      let text = String(decoding: entry, as: UTF8.self)
      guard let equals = text.firstIndex(of: "=") else { continue }
      fields[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    needs = (fields["depends"] ?? "").split(separator: ",").map { WantedModule.canonical($0) }
    release = fields["vermagic"]?.words.first
  }
}
