/* Texts with less contrast to what is behind them than 4.5 to 1, by the formula of WCAG 2: [[text, ratio], ...]. */
() => {
  const parts = (colour) => {
    const found = colour.match(/[\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found[3] ?? 1 };
  };
  const over = (top, below) => top.rgb.map((value, place) => top.alpha * value + (1 - top.alpha) * below[place]);
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const own = element instanceof SVGElement ? { rgb: [0, 0, 0], alpha: 0 } : parts(getComputedStyle(element).backgroundColor);
    return own.alpha === 1 ? own.rgb : over(own, behind(element.parentElement));
  };
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const text = over(parts(element instanceof SVGElement ? style.fill : style.color), ground);
    const [high, low] = [light(text), light(ground)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) poor.push([node.data.trim(), ratio]);
  }
  return poor;
}
