// Markdown in descriptions: the browser knows the names of HTML's characters (the original brings a table of 77 kB).
const area = document.createElement('textarea');

export const decodeHTML = (text) =>
  text.replace(/&[a-z0-9#]+;/gi, (entity) => {
    area.innerHTML = entity;
    return area.value;
  });
export const decodeHTMLStrict = decodeHTML;
