import HTTP
import Testing

@Suite("Headers")
struct HTTPHeadersTests {
  @Test("Names compare without regard to ASCII case, and order is kept")
  func lookup() {
    var headers: HTTPHeaders = ["Accept": "a", "X-B": "1", "x-b": "2"]
    #expect(headers["ACCEPT"] == "a")
    #expect(headers["x-B"] == "1")
    #expect(headers.all("X-b") == ["1", "2"])
    #expect(headers["X"] == nil)
    headers.add("x-c", "3")
    #expect(headers.fields.map(\.name) == ["Accept", "X-B", "x-b", "x-c"])
  }

  @Test("Setting replaces every value in the place of the first; nil removes")
  func setting() {
    var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3"]
    headers["a"] = "4"
    #expect(headers.fields == [.init(name: "a", value: "4"), .init(name: "B", value: "2")])
    headers["b"] = nil
    headers["C"] = "5"
    #expect(headers == ["A": "4", "c": "5"])
    #expect(headers != ["A": "4", "c": "6"])
  }
}
