extension JSONValue {
  /// The value as a user would type it: a text without quotes, anything else as JSON.
  package var compact: String {
    if case .string(let text) = self { return text }
    return (try? JSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
