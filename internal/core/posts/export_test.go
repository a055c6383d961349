package posts

// ForgetAtOnce is what TestForgetInPieces goes beyond.
const ForgetAtOnce = forgetAtOnce
