// What a helper declares with const and class is there for the test.
const ANSWER = 42;
class Helper {
  static answer() {
    return ANSWER;
  }
}
var declared = Helper;
