import Essentials
import HTTP
import Testing

@Suite("Texts of a URL")
struct URLTextTests {
  @Test(
    "Only RFC 3986's unreserved characters stay as they are",
    arguments: [
      ("", ""), ("AZaz09-._~", "AZaz09-._~"), ("a b", "a%20b"), ("a+b&c=d", "a%2Bb%26c%3Dd"),
      ("50%", "50%25"),
      ("a/b?c#d", "a%2Fb%3Fc%23d"), ("Türkiye", "T%C3%BCrkiye"), ("é", "%C3%A9"), ("日", "%E6%97%A5"),
      ("👍🏽", "%F0%9F%91%8D%F0%9F%8F%BD"), ("\r\n\0", "%0D%0A%00"), ("!*'()", "%21%2A%27%28%29"),
    ])
  func encode(text: String, expected: String) {
    #expect(URLText.encode(text) == expected)
  }

  @Test("A query keeps order and repetitions")
  func query() {
    #expect(URLText.query([]) == "")
    #expect(
      URLText.query([("filter", "level:eq:2"), ("filter", "a&b"), ("page", "1"), ("empty", "")])
        == "filter=level%3Aeq%3A2&filter=a%26b&page=1&empty=")
  }

  @Test(
    "Secrets are masked in a URL that is shown",
    arguments: [
      ("https://example.org/a?b=c", "https://example.org/a?b=c"),
      ("https://me:pw@example.org/a", "https://example.org/a"),
      ("https://me:p@w@example.org", "https://example.org"),
      ("https://example.org/a@b", "https://example.org/a@b"),
      ("https://example.org/?u=me@example.org", "https://example.org/?u=me@example.org"),
      ("x?token=1&a=2", "x?token=********&a=2"), ("x?API-KEY=1", "x?API-KEY=********"),
      ("x?X-Amz-Credential=AK%2F2&X-Amz-Date=3", "x?X-Amz-Credential=********&X-Amz-Date=3"),
      ("x?sig=1&signal=2&keyword=3&key=4", "x?sig=********&signal=2&keyword=3&key=********"),
      ("x?client_secret=&password", "x?client_secret=********&password"),
      ("not a url ?secret=1#f", "not a url ?secret=********#f"),
    ])
  func masked(url: String, expected: String) {
    #expect(URLText.masked(url) == expected)
  }

  @Test("A known secret is masked wherever it stands in a URL")
  func known() {
    let secret = Secret("s3cr3t-in-path")
    #expect(URLText.masked("https://example.org/\(secret.reveal())/x") == "https://example.org/********/x")
  }
}
