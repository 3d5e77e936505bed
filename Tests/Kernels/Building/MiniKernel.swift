import Foundation
import SystemPackage

@testable import Kernels

/// A tree that is built like a kernel, by the real make and compiler, in a tenth of a second.
struct MiniKernel {
  let folder: TemporaryFolder
  let source: SourceTree
  let cache: KernelCache

  static let makefile = """
    VERSION = 6
    PATCHLEVEL = 12
    objects := $(O)/mm/first.o $(O)/mm/second.o
    tinyconfig:
    \t@mkdir -p $(O)/mm $(O)/include/config && echo 'CONFIG_TINY=y' > $(O)/.config
    olddefconfig:
    \t@sed -i '/CONFIG_NEVER/d' $(O)/.config
    vmlinux: $(objects)
    \t@echo '  LD      vmlinux'
    \t@gcc -nostdlib -static -Wl,-e,0 -o $(O)/vmlinux $(objects)
    \t@echo 6.12.0-mini > $(O)/include/config/kernel.release
    $(O)/mm/%.o: mm/%.c
    \t@echo '  CC      mm/$*.o'
    \t@gcc -Wall -c -o $@ $(srctree)/mm/$*.c
    srctree := $(CURDIR)

    """

  init(makefile: String = Self.makefile) throws {
    folder = try TemporaryFolder()
    let root = folder.path + "/pristine"
    for (path, text) in [
      "Makefile": makefile, "Kconfig": "config TINY\n\tbool \"tiny\"\n", "mm/Makefile": "",
      "mm/first.c": "int first(void)\n{\n\treturn 1;\n}\n",
      "mm/second.c": "int second(void)\n{\n\treturn 2;\n}\n",
    ] {
      try FileManager.default.createDirectory(
        atPath: root + "/mm", withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + path))
    }
    source = SourceTree(name: "mini", id: "mini-1", root: root, origin: "a test")
    cache = KernelCache(directory: folder.path + "/cache")
  }

  /// A fragment that asks for nothing, or for these lines.
  static func fragment(_ text: String = "CONFIG_TINY=y\n") throws -> ConfigFragment {
    try ConfigFragment(text: text, file: "base.config", name: "base")
  }

  func build(_ files: [String: String?] = [:], name: String = "mini") throws -> KernelBuild {
    let change = SourceChange(
      files: files.mapValues { text in
        text.map {
          SourceChange.File(kind: .regular(isExecutable: false), content: Data($0.utf8))
        }
      })
    return KernelBuild(
      name: name, source: source, change: change, fragments: [try Self.fragment()])
  }
}
