// Links in descriptions are links where they are written as such; bare addresses stay text.
export default class LinkifyIt {
  set() {
    return this;
  }
  add() {
    return this;
  }
  pretest() {
    return false;
  }
  test() {
    return false;
  }
  testSchemaAt() {
    return 0;
  }
  match() {
    return null;
  }
  matchAtStart() {
    return null;
  }
}
