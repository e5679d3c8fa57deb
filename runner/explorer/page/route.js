// The part of the address after the #: what is looked at, so that it can be reloaded, kept and sent to somebody.

/** Views of the page. */
export const VIEWS = ['functions', 'calls', 'graphiql'];

/** A fragment as {view, key}; the key names a function as `query/name`, and may be missing. */
export const readRoute = (fragment) => {
  const [view, root, name] = fragment.replace(/^#\/?/, '').split('/').map(decoded);
  if (!VIEWS.includes(view)) return { view: 'functions', key: null };
  const isFunction = view === 'functions' && ['query', 'mutation'].includes(root) && name;
  return { view, key: isFunction ? `${root}/${name}` : null };
};

/** The fragment of a view or a function. */
export const writeRoute = ({ view, key }) => `#/${view}${key ? `/${key}` : ''}`;

const decoded = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
