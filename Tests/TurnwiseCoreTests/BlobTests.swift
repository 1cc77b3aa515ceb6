import Foundation
import Testing
import TurnwiseCore

@Suite struct `A blob` {
  private let blob = Blob(Array("bytes".utf8) + [0xFF])

  @Test func `is encoded in place where there is no store`() throws {
    let data = try JSON.encode([blob])
    #expect(try JSON.decode([Blob].self, from: data) == [blob])
    #expect(String(decoding: data, as: UTF8.self).contains("base64"))
  }

  @Test func `is its digest and size where there is a store`() throws {
    let store = BlobStore()
    let data = try JSON.encode([blob, blob], blobs: store)
    #expect(!String(decoding: data, as: UTF8.self).contains("bytes"))
    #expect(
      try JSON.decode([Blob].self, from: data, blobs: store).map(\.bytes) == [
        blob.bytes, blob.bytes,
      ])
    #expect(store.drain() == [blob])
    #expect(store.drain() == [])
  }

  @Test func `is loaded when it is asked for`() throws {
    let data = try JSON.encode(blob, blobs: BlobStore())
    let bytes = blob.bytes
    let store = BlobStore { _ in bytes }
    #expect(try JSON.decode(Blob.self, from: data, blobs: store).bytes == bytes)
  }

  @Test(arguments: [nil, [1, 2, 3]] as [[UInt8]?])
  func `is refused where its bytes are missing or are others`(loaded: [UInt8]?) throws {
    let data = try JSON.encode(blob, blobs: BlobStore())
    let store = BlobStore { _ in loaded }
    let error = #expect(throws: DecodingError.self) {
      try JSON.decode(Blob.self, from: data, blobs: store)
    }
    #expect(error?.plainDescription.contains("missing or damaged") == true)
  }

  @Test func `is refused where its name is no digest`() {
    #expect(throws: DecodingError.self) {
      try JSON.decode(Blob.self, from: Data(#"{"sha256":"../../etc/passwd","size":1}"#.utf8))
    }
  }

  @Test func `stores drain in the order of digests`() {
    let store = BlobStore()
    let blobs = (0..<20).map { Blob([UInt8($0)]) }
    blobs.forEach(store.add)
    #expect(store.drain() == blobs.sorted { $0.digest < $1.digest })
  }
}
