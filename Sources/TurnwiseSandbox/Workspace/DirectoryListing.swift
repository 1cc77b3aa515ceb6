internal import Glibc

/// The names in a directory, and the kind that each of them had when it was read.
struct DirectoryListing {
  /// What a name refers to.
  enum Kind { case file, directory, link, other }

  /// A name, with a NUL at its end.
  struct Name {
    let bytes: [UInt8]
    let kind: Kind
  }

  /// The names in the order of the file system; nil if there are more than the limit.
  let names: [Name]?

  /// Reads an open directory from its current position.
  ///
  /// Unlike `readdir`, it needs no descriptor and buffer of its own for each directory.
  init(_ directory: Descriptor, limit: Int) throws(Errno) {
    var names: [Name] = []
    let result = withUnsafeTemporaryAllocation(byteCount: 32 << 10, alignment: 8) { buffer in
      Result { () throws(Errno) -> Bool in
        while true {
          let count = try Kernel.call(
            .getdents64, Int(directory.raw), Int(bitPattern: buffer.baseAddress), buffer.count)
          if count == 0 { return true }
          Self.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), directory, into: &names)
          if names.count > limit { return false }
        }
      }
    }
    self.names = try result.get() ? names : nil
  }

  /// Decodes entries: two numbers of eight bytes, the length of the entry, its type, and its name.
  private static func take(
    _ entries: UnsafeRawBufferPointer, _ directory: Descriptor, into names: inout [Name]
  ) {
    var start = 0
    while start < entries.count {
      let end = start + Int(entries.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
      let text = entries[(start + 19)..<end].prefix { $0 != 0 }
      if !(text.elementsEqual(".".utf8) || text.elementsEqual("..".utf8)) {
        let bytes = Array(text) + [0]
        names.append(
          Name(bytes: bytes, kind: kind(entries[start + 18]) ?? kind(of: bytes, in: directory)))
      }
      start = end
    }
  }

  private static func kind(_ type: UInt8) -> Kind? {
    switch Int(type) {
    case Int(DT_REG): .file
    case Int(DT_DIR): .directory
    case Int(DT_LNK): .link
    case Int(DT_UNKNOWN): nil
    default: .other
    }
  }

  /// For file systems that do not report the type of an entry.
  private static func kind(of name: [UInt8], in directory: Descriptor) -> Kind {
    var status = stat()
    guard withPath(name, { fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      return .other
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    case S_IFLNK: return .link
    default: return .other
    }
  }
}
