// GraphiQL uses this library (100 kB) to reorder tabs by dragging. Here tabs stay where they are.
import { createElement } from 'react';

const plain = (tag, ...dropped) => ({ as, ...properties }) => {
  for (const name of dropped) delete properties[name];
  return createElement(as ?? tag, properties);
};

export const Reorder = {
  Group: plain('ul', 'axis', 'values', 'onReorder'),
  Item: plain('li', 'value', 'dragConstraints'),
};
