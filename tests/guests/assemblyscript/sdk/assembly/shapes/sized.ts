@json
export class Sized {
  size: f64 = 2;
}
