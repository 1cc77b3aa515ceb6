/// Maps items with at most `limit` concurrent calls, and returns the results in the order of the items.
package func concurrentMap<T: Sendable, R: Sendable>(
  _ items: [T], limit: Int, _ transform: @escaping @Sendable (T) async -> R
) async -> [R] {
  await withTaskGroup(of: (Int, R).self) { group in
    var results = [R?](repeating: nil, count: items.count)
    for index in items.indices {
      if index >= limit, let (done, result) = await group.next() { results[done] = result }
      group.addTask { (index, await transform(items[index])) }
    }
    for await (done, result) in group { results[done] = result }
    return results.compactMap(\.self)
  }
}

/// A semaphore for tasks: a limited number enter at once, the others wait in the order of their arrival.
actor Gate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ limit: Int) { free = limit }

  func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
