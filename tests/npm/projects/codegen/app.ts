// An app that is written with the client preset of graphql-codegen.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { graphql, useFragment } from './generated';
import { type Noted, persisted, time, variables } from './shared';

const Point = graphql(`fragment PointParts on Point { x y }`);

const Echo = graphql(`
  query Echo($point: PointInput!, $text: String!, $time: Timestamp!, $long: Int64!, $times: [StringTimestampPairInput!]!) {
    echoPoint(v: $point) { ...PointParts }
    text: echoString(v: $text)
    time: %echoTime%(v: $time)
    long: %echoLong%(v: $long)
    times: %echoTimes%(v: $times) { key value }
  }
`);

export async function main(url: string, texts: Record<string, string>) {
  const noted: Noted[] = [];
  const send = persisted(url, texts, noted);
  const ask = async <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> => {
    const { data, errors } = await send((document as any).__meta__.hash, variables);
    if (!data) throw new Error(errors[0].message);
    return data;
  };

  const data = await ask(Echo, variables);
  const point: { x: number; y: number } = useFragment(Point, data.echoPoint);
  const text: string = data.text;
  const times: { key: string; value: string }[] | null | undefined = data.times;

  // What TypeScript has to find.
  // @ts-expect-error: a field that was not asked for
  data.echoBool;
  // @ts-expect-error: the fields of a fragment are seen through the fragment
  data.echoPoint.x;
  // @ts-expect-error: a string is no number
  const number: number = data.text;
  const wrong = () => [
    // @ts-expect-error: a point has two numbers
    ask(Echo, { ...variables, point: { x: 1 } }),
    // @ts-expect-error: null where there is none
    ask(Echo, { ...variables, text: null }),
    // @ts-expect-error: pairs, not an object
    ask(Echo, { ...variables, times: { k: time } }),
  ];
  const refused = await ask(Echo, { ...variables, time: 'noon' }).catch((error: Error) => error.message);
  return { seen: { point, text, time: data.time, long: data.long, times }, refused, requests: noted };
}
