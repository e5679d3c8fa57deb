/** In a file whose name has that of one of the compiler's in it. */
@json
export class InSecurity {
  level: i32 = 1;
}
