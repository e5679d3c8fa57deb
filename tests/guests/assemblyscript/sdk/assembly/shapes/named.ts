export const KEY: string = "the-key";

export namespace Keys {
  export const SIZE = "the size";
}

@json
export class Named {
  name: string = "n";
}
