package skeleton

// Slow is Of without the short way.
var Slow = of
