@json
export class Based {
  base: i32 = 1;
}
