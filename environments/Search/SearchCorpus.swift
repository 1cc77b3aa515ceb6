internal import Foundation
internal import TurnwiseCore

/// Documents and their index.
///
/// They belong to the environment; states refer to documents by their ids.
final class SearchCorpus: Sendable {
  /// The constants by which documents are ranked.
  struct Ranking: Hashable { var k1, b: Double }

  /// The documents.
  let documents: [SearchDocument]
  /// Their index.
  let index: BM25Index
  /// The number of each document, by its id.
  let numbers: [String: Int]
  /// The digest of all documents.
  let digest: String

  /// Indexes documents.
  ///
  /// - Precondition: All ids are different.
  init(_ documents: [SearchDocument], _ ranking: Ranking) {
    self.documents = documents
    index = BM25Index(documents.lazy.map(\.words), k1: ranking.k1, b: ranking.b)
    numbers = Dictionary(
      uniqueKeysWithValues: documents.enumerated().map { ($0.element.id, $0.offset) })
    var bytes: [UInt8] = []
    for document in documents {
      // Such a byte occurs in no text, so texts that are divided differently have different digests.
      for field in [document.id, document.title ?? "", document.text] {
        bytes += field.utf8
        bytes.append(document.title == nil ? 0xFF : 0xFE)
      }
    }
    digest = Digest(of: bytes).hexadecimal
  }

  /// The document with an id.
  subscript(id: String) -> SearchDocument? { numbers[id].map { documents[$0] } }

  /// Returns the ids of the best documents for a query, best first.
  func search(_ query: String, limit: Int) -> [String] {
    index.search(query, limit: limit).map { documents[$0.document].id }
  }
}

extension SearchDocument {
  /// What a list of results shows of the document: its title, or the words around the first one that was
  /// searched.
  func heading(for query: String, length: Int) -> String {
    if let title { return title.onOneLine }
    let wanted = Set(Terms.of(query))
    // Of a large document only the beginning is read for this.
    let words = text.prefix(20_000).split(whereSeparator: \.isWhitespace)
    let first = words.firstIndex { !wanted.isDisjoint(with: Terms.of(String($0))) } ?? 0
    var snippet = words[..<min(first, words.count)].suffix(2).joined(separator: " ")
    for word in words.dropFirst(first) where snippet.count < length {
      snippet += (snippet.isEmpty ? "" : " ") + word
    }
    guard !snippet.isEmpty else { return "(empty)" }
    return snippet.count > length ? snippet.prefix(length) + "…" : snippet
  }

  /// The number of pages of the text, at least one.
  func pages(of length: Int) -> Int {
    let most = (text.utf8.count + length - 1) / length
    // If the beginning of the last page moved to the end of the text, that page is empty.
    let isLastEmpty = boundary(near: (most - 1) * length, length) == text.endIndex
    return max(1, isLastEmpty ? most - 1 : most)
  }

  /// Returns the text of a page, numbered from 1.
  ///
  /// A page begins at a multiple of the length, or after the first white space that follows within a
  /// tenth of the length. So each page is found at once in a text of any length, and all pages together
  /// are the text.
  func page(_ number: Int, of length: Int) -> String {
    let start = boundary(near: (number - 1) * length, length)
    let end = boundary(near: number * length, length)
    return String(text.utf8[start..<end]) ?? ""
  }

  private func boundary(near offset: Int, _ length: Int) -> String.Index {
    let bytes = text.utf8
    guard offset > 0 else { return bytes.startIndex }
    guard var index = bytes.index(bytes.startIndex, offsetBy: offset, limitedBy: bytes.endIndex)
    else { return bytes.endIndex }
    // A character of several bytes belongs to the previous page.
    while index < bytes.endIndex, bytes[index] & 0xC0 == 0x80 { index = bytes.index(after: index) }
    let limit =
      bytes.index(index, offsetBy: length / 10, limitedBy: bytes.endIndex) ?? bytes.endIndex
    let space = bytes[index..<limit].firstIndex { $0 == 0x20 || $0 == 0x0A }
    return space.map { bytes.index(after: $0) } ?? index
  }
}

extension String {
  /// The text with a single space in place of each run of white space.
  var onOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
