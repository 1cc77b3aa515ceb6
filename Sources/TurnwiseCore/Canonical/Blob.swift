internal import Foundation
internal import Synchronization

/// Immutable bytes, shared by all values that contain them and identified by their digest.
///
/// Copying a blob copies a reference, so forking a state with a large file is cheap. In a trace, a blob is
/// encoded as its digest, and its bytes are written once, through a ``BlobStore``.
public struct Blob: Hashable, Sendable {
  /// The SHA-256 digest of the bytes.
  public let digest: Digest
  /// The bytes.
  public let bytes: [UInt8]

  /// Creates a blob and computes the digest of its bytes.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    digest = Digest(of: bytes)
  }

  /// Compares digests.
  public static func == (left: Blob, right: Blob) -> Bool { left.digest == right.digest }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// Receives the bytes of blobs when values are encoded, and provides them when values are decoded.
///
/// Encoders and decoders have the store under ``userInfoKey``. Without one, the bytes are encoded in place.
public final class BlobStore: Sendable {
  private let blobs = Mutex<[Digest: Blob]>([:])
  private let load: @Sendable (Digest) -> [UInt8]?

  /// The key of the store in the `userInfo` of encoders and decoders.
  public static let userInfoKey: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "turnwise.blobs") else {
      mistake("A coding key cannot be made from a plain name.")
    }
    return key
  }()

  /// Creates a store that calls `load` for blobs that were not added to it.
  public init(load: @escaping @Sendable (Digest) -> [UInt8]? = { _ in nil }) { self.load = load }

  /// Adds a blob.
  public func add(_ blob: Blob) { blobs.withLock { $0[blob.digest] = blob } }

  /// Returns the blob of a digest; nil if its bytes cannot be loaded or do not have that digest.
  public func blob(_ digest: Digest) -> Blob? {
    if let blob = blobs.withLock({ $0[digest] }) { return blob }
    guard let bytes = load(digest) else { return nil }
    let blob = Blob(bytes)
    guard blob.digest == digest else { return nil }
    add(blob)
    return blob
  }

  /// Removes and returns all blobs that were added since the last call, in the order of their digests.
  public func drain() -> [Blob] {
    blobs.withLock { blobs in
      defer { blobs.removeAll() }
      return blobs.values.sorted { $0.digest < $1.digest }
    }
  }
}

extension Blob: Codable {
  private enum CodingKeys: String, CodingKey { case sha256, size, bytes }

  /// Decodes the digest and finds the bytes in the store, or decodes bytes that were encoded in place.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let text = try container.decodeIfPresent(Text.self, forKey: .bytes) {
      self.init(text.bytes)
      return
    }
    let name = try container.decode(String.self, forKey: .sha256)
    guard let digest = Digest(hexadecimal: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .sha256, in: container, debugDescription: "is not a SHA-256 digest")
    }
    let store = decoder.userInfo[BlobStore.userInfoKey] as? BlobStore
    guard let blob = store?.blob(digest) else {
      throw DecodingError.dataCorruptedError(
        forKey: .sha256, in: container, debugDescription: "names a blob that is missing or damaged")
    }
    self = blob
  }

  /// Encodes the digest and size, and adds the bytes to the store; without a store, encodes the bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let store = encoder.userInfo[BlobStore.userInfoKey] as? BlobStore {
      store.add(self)
      try container.encode(digest.hexadecimal, forKey: .sha256)
      try container.encode(bytes.count, forKey: .size)
    } else {
      try container.encode(Text(bytes), forKey: .bytes)
    }
  }
}
