/// Formats of files that contain lines of JSON in another form, and the commands that convert them.
public enum PackedFile: String, Hashable, Sendable, CaseIterable {
  /// A file of gzip.
  case gzip
  /// A file of Zstandard.
  case zstd
  /// A ZIP archive.
  case zip
  /// A file of bzip2.
  case bzip2
  /// A file of xz.
  case xz
  /// An Apache Parquet file.
  case parquet
  /// Text in UTF-16 with a byte order mark.
  case utf16 = "UTF-16"
  /// Text in UTF-16, most significant byte first, without a byte order mark.
  case utf16Big = "UTF-16BE"
  /// Text in UTF-16, least significant byte first, without a byte order mark.
  case utf16Little = "UTF-16LE"
  /// Text in UTF-32 with a byte order mark.
  case utf32 = "UTF-32"

  /// The format that the first bytes of a file show; nil if they may be lines of JSON.
  init?(_ bytes: [UInt8]) {
    let beginnings: [(PackedFile, [UInt8])] = [
      (.gzip, [0x1F, 0x8B]), (.zstd, [0x28, 0xB5, 0x2F, 0xFD]), (.zip, Array("PK\u{3}\u{4}".utf8)),
      (.bzip2, Array("BZh".utf8)), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
      (.parquet, Array("PAR1".utf8)), (.utf32, [0xFF, 0xFE, 0, 0]), (.utf32, [0, 0, 0xFE, 0xFF]),
      (.utf16, [0xFF, 0xFE]), (.utf16, [0xFE, 0xFF]),
      // Without a byte order mark, a zero byte precedes or follows a brace.
      (.utf16Little, [0x7B, 0, 0x22, 0]), (.utf16Big, [0, 0x7B, 0, 0x22]),
    ]
    guard let found = beginnings.first(where: { bytes.starts(with: $0.1) }) else { return nil }
    self = found.0
  }

  /// The suffix of the names of such files; nil for encodings of text.
  var suffix: String? {
    switch self {
    case .gzip: ".gz"
    case .zstd: ".zst"
    case .zip: ".zip"
    case .bzip2: ".bz2"
    case .xz: ".xz"
    case .parquet: ".parquet"
    case .utf16, .utf16Big, .utf16Little, .utf32: nil
    }
  }

  /// A description of the file.
  var words: String { suffix == nil ? "text in \(rawValue)" : "a \(rawValue) file" }

  /// Returns the command that writes the contents of `packed` to `file`, which may be the same file.
  func command(_ packed: String, to file: String) -> String {
    let source = Self.quoted(packed)
    let isSame = packed == file
    let target = Self.quoted(isSame ? file + ".new" : file)
    let unpacking =
      switch self {
      case .gzip: "gzip -dc < \(source) > \(target)"
      case .zstd: "zstd -dc < \(source) > \(target)"
      case .zip: "unzip -p \(source) > \(target)"
      case .bzip2: "bzip2 -dc < \(source) > \(target)"
      case .xz: "xz -dc < \(source) > \(target)"
      case .utf16, .utf16Big, .utf16Little, .utf32:
        "iconv -f \(rawValue) -t UTF-8 < \(source) > \(target)"
      case .parquet:
        "python3 -c 'import pandas, sys; pandas.read_parquet(sys.argv[1]).to_json(sys.argv[2], "
          + "orient=\"records\", lines=True)' \(source) \(target)"
      }
    return unpacking + (isSame ? " && mv \(target) \(source)" : "")
  }

  /// Returns a path in the form in which a shell takes it.
  static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 | 0x20 || "/._-+".utf8.contains($0)
    }
    return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
