#if arch(x86_64) && os(Linux)
  import Foundation
  import Testing

  /// Checks the result of linking modules that are compiled for different processors.
  ///
  /// Code that several modules emit, such as a specialised function of the standard library, is kept
  /// once, whatever processor it is for. If it contains an instruction of a better processor, the program
  /// crashes on a basic one, and no test that runs on a better one notices.
  @Suite struct `In the built program, instructions that not every processor has` {
    static let wideModules = ["19TurnwiseKernelsAVX2", "21TurnwiseKernelsAVX512"]

    /// Instructions of AVX and AVX-512, which begin with v or operate on masks, and of BMI, LZCNT, MOVBE and
    /// POPCNT, which `-march` allows together with them.
    private static let instructions =
      "v[a-z]|k(add|and|mov|not|or|shift|test|unpck|xnor|xor)"
      + "|(andn|bextr|bls[irk]|bzhi|lzcnt|movbe|mulx|pdep|pext|popcnt|rorx|sarx|shlx|shrx)[lq]?[ \t]"

    private static var folder: URL {
      get throws { try #require(Bundle.main.executableURL).deletingLastPathComponent() }
    }

    /// Returns the functions in `files` that contain such an instruction, with these instructions.
    private func functions(in files: [URL]) throws -> [String: [Substring]] {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      let script = """
        command -v objdump >/dev/null || exit 3
        export LC_ALL=C
        objdump -d --no-show-raw-insn "$@" | grep -E '>:$|:\t(\(Self.instructions))'
        """
      process.arguments =
        ["bash", "-o", "pipefail", "-c", script, "bash"] + files.map(\.path)
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(
        process.terminationStatus != 3,
        "The disassembler is missing: apt-get install binutils")
      try #require(process.terminationStatus == 0, "\(files.map(\.path)) cannot be read.")

      var functions: [String: [Substring]] = [:]
      var name = ""
      for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
        if line.hasSuffix(">:"), let start = line.firstIndex(of: "<") {
          name = String(line[start...].dropFirst().dropLast(2))
        } else {
          functions[name, default: []].append(line)
        }
      }
      return functions
    }

    @Test func `are only in the kernels for processors that have them`() throws {
      let found = try functions(in: [Self.folder.appending(path: "turnwise")])
      let strays = found.filter { name, _ in !Self.wideModules.contains(where: name.contains) }
      #expect(strays.isEmpty, "\(strays.mapValues { $0.prefix(3) })")
      func uses(_ module: String, _ register: String) -> Bool {
        found.contains { $0.contains(module) && $1.contains { $0.contains("%\(register)") } }
      }
      #expect(uses("19TurnwiseKernelsAVX2", "ymm") && uses("21TurnwiseKernelsAVX512", "zmm"))
      #expect(!uses("19TurnwiseKernelsAVX2", "zmm"))
    }

    // The linker keeps the first of several functions with the same name, so the program may be correct by
    // chance. The helpers in C are all inlined, and would otherwise be local to an object.
    @Test(arguments: ["19TurnwiseKernelsAVX2", "21TurnwiseKernelsAVX512"])
    func `are in functions whose names no other module can have`(_ module: String) throws {
      let folder = try Self.folder.appending(path: "\(module.dropFirst(2)).build")
      // The folder may contain objects of sources that were deleted.
      let sources = URL(filePath: #filePath).appending(
        path: "../../../Sources/TurnwiseKernelsBaseline")
      let objects = try FileManager.default.contentsOfDirectory(
        at: sources.standardized, includingPropertiesForKeys: nil
      ).map { folder.appending(path: "\($0.lastPathComponent).o") }
      let found = try functions(in: objects)
      #expect(!found.isEmpty)
      #expect(found.keys.filter { !$0.contains(module) } == [])
    }
  }
#endif
