@json
export class Named {
  name: string = "n";
}
