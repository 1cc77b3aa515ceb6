import Foundation
import Turnwise

/// Changes a run's folder as damage, or somebody who means harm, would: with the structure in mind.
struct Mutation {
  let folder: URL
  /// Other runs, whose files may take the place of this one's.
  let donors: [URL]
  var random: Randomness

  private static let state = "trainer/state.json"
  private static let files = ["run.json", "episodes.jsonl", "metrics.jsonl", state]
  private static let deep = "turnwise-deep"

  mutating func pick<T>(_ items: [T]) -> T {
    items[Int.random(in: 0..<items.count, using: &random)]
  }

  /// Makes one to three changes.
  mutating func run() {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let names = Self.files + ["episodes.jsonl", Self.state] + tensors
      let file = folder.appending(path: pick(names))
      guard let bytes = try? Data(contentsOf: file), !bytes.isEmpty else { continue }
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1, 2, 3: try? changeValue(file, bytes)
      case 4: try? changeLines(bytes).write(to: file)
      case 5: try? bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)).write(to: file)
      case 6: try? changeBytes(bytes).write(to: file)
      case 7: exchange(file)
      case 8: try? changeTape()
      default: try? changeModels()
      }
    }
  }

  /// The paths of the files of tensors.
  private var tensors: [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: "trainer").path)
    return (names ?? []).sorted().filter { $0.hasSuffix(".safetensors") }.map { "trainer/\($0)" }
  }

  // MARK: - Values

  private mutating func strange() -> JSONValue {
    pick([
      .integer(.max), .integer(.min), -1, 0, 1, .integer(1 << 24), .integer(1 << 31),
      .integer(1 << 53), .unsigned(.max), .number(1e308), .number(-1e308),
      .number(.leastNonzeroMagnitude), .null,
      true, "", "9", .string(String(repeating: "x", count: 5000)), [], [:], [[]],
      .string(Self.deep),
      ["a": 1, "b": [1, 2]], .number(0.5), .string("\u{0}\u{2028}\u{FEFF}"), "NaN", "../../x",
    ])
  }

  /// Replaces a value somewhere within another.
  private mutating func changed(_ value: JSONValue, _ depth: Int = 0) -> JSONValue {
    let stops = depth > 12 || Int.random(in: 0..<6, using: &random) == 0
    switch value {
    case .object(var members) where !members.isEmpty && !stops:
      let key = pick(members.keys.sorted())
      switch Int.random(in: 0..<12, using: &random) {
      case 0: members[key] = nil
      case 1: members[key + "x"] = members.removeValue(forKey: key)
      default: members[key] = members[key].map { changed($0, depth + 1) }
      }
      return .object(members)
    case .array(var items) where !items.isEmpty && !stops:
      let index = Int.random(in: 0..<items.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: items.remove(at: index)
      case 1: items.insert(items[index], at: index)
      case 2: items.swapAt(index, 0)
      default: items[index] = changed(items[index], depth + 1)
      }
      return .array(items)
    default: return strange()
    }
  }

  private mutating func changeValue(_ file: URL, _ bytes: Data) throws {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let isOne = file.pathExtension == "json"
    let index = isOne ? 0 : Int.random(in: 0..<lines.count, using: &random)
    let line = isOne ? bytes : lines[index]
    let value = changed(try JSON.decode(JSONValue.self, from: line))
    // What the encoder would not write is put into the text.
    let nested = pick([50, 250, 600, 20_000])
    let raw = pick([
      String(repeating: "[", count: nested) + String(repeating: "]", count: nested), "NaN", "1e999",
      "-", "01", "\"\\ud83d\"", "{\"a\":1,\"a\":2}", "\u{0}", "123456789012345678901234567890",
    ])
    let text = String(decoding: try JSON.encode(value), as: UTF8.self)
      .replacing("\"\(Self.deep)\"", with: raw)
    if isOne { return try Data(text.utf8).write(to: file) }
    lines[index] = Data(text.utf8)
    try Data(lines.joined(separator: [UInt8(ascii: "\n")])).write(to: file)
  }

  // MARK: - Bytes

  private mutating func changeLines(_ bytes: Data) -> Data {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let (index, other) = (
      Int.random(in: 0..<lines.count, using: &random),
      Int.random(in: 0..<lines.count, using: &random)
    )
    switch Int.random(in: 0..<6, using: &random) {
    case 0: lines.remove(at: index)
    case 1: lines.insert(lines[index], at: other)
    case 2: lines.swapAt(index, other)
    case 3: lines.insert(Data(pick(["", "  ", "\r", "garbage", "{}", "null"]).utf8), at: index)
    case 4: lines[index] = Data(repeating: 0, count: pick([1, 100, 100_000]))
    default: lines[index].append(lines[other])
    }
    return Data(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  private mutating func changeBytes(_ bytes: Data) -> Data {
    var bytes = Data(bytes)
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    return bytes
  }

  private mutating func exchange(_ file: URL) {
    let files = FileManager.default
    try? files.removeItem(at: file)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: break
    case 1: try? files.createDirectory(at: file, withIntermediateDirectories: false)
    case 2: mkfifo(file.path, 0o644)
    case 3: symlink(file.lastPathComponent, file.path)
    default:
      let donor = pick(donors).appending(path: pick(Self.files))
      try? files.copyItem(at: donor, to: file)
    }
  }

  // MARK: - Tapes and models

  private mutating func changeTape() throws {
    let file = folder.appending(path: "episodes.jsonl")
    var lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
    let index = Int.random(in: 0..<max(1, lines.count), using: &random)
    guard lines.indices.contains(index),
      case .object(var record) = try JSON.decode(JSONValue.self, from: lines[index]),
      case .object(var episode)? = record["episode"], let tape = episode["tape"]
    else { return }
    let numbers: [JSONValue] = [
      -1, 0, 1, 2, 1000, .integer(.max), .integer(1 << 31), 639, 640, 641, 300, 448,
    ]
    var places = Int.random(in: 0..<60, using: &random)
    func walk(_ value: JSONValue, _ number: JSONValue) -> JSONValue {
      switch value {
      case .integer:
        places -= 1
        return places == 0 ? number : value
      case .array(let items): return .array(items.map { walk($0, number) })
      case .object(let members):
        return .object(
          Dictionary(
            uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map {
              ($0.key, walk($0.value, number))
            }))
      default: return value
      }
    }
    episode["tape"] = walk(tape, pick(numbers))
    record["episode"] = .object(episode)
    lines[index] = try JSON.encode(JSONValue.object(record))
    try Data(lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")]).write(to: file)
  }

  private mutating func changeModels() throws {
    let index = folder.appending(path: Self.state)
    guard
      case .object(var saved) = try JSON.decode(JSONValue.self, from: Data(contentsOf: index))
    else { return }
    if Bool.random(using: &random) {
      let doubling = (0..<pick([1, 20, 41, 300])).map {
        JSONValue.array([.integer(256 + $0 - 1), 97])
      }
      let steep = (0..<41).map { JSONValue.array([.integer(255 + $0), .integer(255 + $0)]) }
      let merges: JSONValue = pick([.array(doubling), .array(steep), [], [[]], [[1]], [[-1, 2]]])
      guard case .object(var state)? = saved["state"], case .object(var trainer)? = state["trainer"]
      else { return }
      trainer["tokenizer"] = ["merges": merges, "special": pick([["act", "end"], ["act"], []])]
      state["trainer"] = .object(trainer)
      saved["state"] = .object(state)
    } else {
      // There are none in a file that was exchanged for another kind.
      guard case .object(var files)? = saved["files"], !files.isEmpty else { return }
      let name = pick(files.keys.sorted())
      guard case .string(let digest)? = files[name] else { return }
      let tensors = index.deletingLastPathComponent()
        .appending(path: "\(name)-\(digest).safetensors")
      guard let changed = try changedHeader(Data(contentsOf: tensors)) else { return }
      files[name] = pick([try write(changed, as: name), files[pick(files.keys.sorted())] ?? .null])
      saved["files"] = .object(files)
    }
    try JSON.encode(JSONValue.object(saved)).write(to: index)
  }

  /// Writes tensors under the name that their digest gives them, and returns the digest.
  private func write(_ tensors: Data, as name: String) throws -> JSONValue {
    let digest = String(Digest(of: tensors).hexadecimal.prefix(16))
    try tensors.write(to: folder.appending(path: "trainer/\(name)-\(digest).safetensors"))
    return .string(digest)
  }

  private mutating func changedHeader(_ bytes: Data) throws -> Data? {
    guard bytes.count > 8 else { return nil }
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length < bytes.count - 8 else { return nil }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let numbers = header.ranges(of: try Regex("[0-9]+"))
    guard !numbers.isEmpty else { return nil }
    let place = pick(numbers)
    let sizes = ["0", "-1", "1", "7", "16777216", "9223372036854775807", "1e3", "\"x\"", "[]"]
    let changed = header.replacingCharacters(in: place, with: pick(sizes))
    var file = Data(withUnsafeBytes(of: UInt64(changed.utf8.count).littleEndian) { Array($0) })
    file.append(Data(changed.utf8))
    file.append(bytes[(8 + length)...])
    return pick([file, Data(file.dropLast(pick([1, 4, 400])))])
  }
}
