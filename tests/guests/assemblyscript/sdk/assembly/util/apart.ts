/** In a folder that is called as one of the compiler's. */
@json
export class Apart {
  x: string = "apart";
}
